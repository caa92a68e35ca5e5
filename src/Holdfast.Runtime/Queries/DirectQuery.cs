using Holdfast.Engine;
using Temporalio.Api.Query.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Runtime.Queries;

/// <summary>
/// A query on its way to a worker through a task queue, apart from any workflow task. It leaves no trace in the run: lost in a crash, the
/// caller asks again. Its task is the answer that somebody waits for.
/// </summary>
internal sealed class DirectQuery(string id, RunKey run, WorkflowQuery query)
    : TaskCompletionSource<Answer<QueryWorkflowResponse>>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public string Id { get; } = id;

    public RunKey Run { get; } = run;

    public WorkflowQuery Query { get; } = query;
}
