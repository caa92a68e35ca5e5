using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>A second start that was joined to the running one leaves its request id and callbacks with it.</summary>
internal static class AttachToRun
{
    public static MutableState Apply(MutableState state, HistoryEvent updated)
    {
        var requestId = updated.WorkflowExecutionOptionsUpdatedEventAttributes.AttachedRequestId;
        return requestId.Length == 0 ? state : state with { SeenRequestIds = state.SeenRequestIds.Add(requestId) };
    }
}
