using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows;

internal static partial class HistoryEvents
{
    public static HistoryEvent WorkflowExecutionSignaled(
        string name, Payloads? input, string identity, Header? header, string requestId, IEnumerable<Link> links, WorkflowExecution? external = null)
    {
        var signaled = new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionSignaled,
            WorkflowExecutionSignaledEventAttributes = new()
            {
                SignalName = name,
                Input = input,
                Identity = identity,
                Header = header,
                RequestId = requestId,
                ExternalWorkflowExecution = external,
            },
        };
        signaled.Links.AddRange(links);
        return signaled;
    }
}
