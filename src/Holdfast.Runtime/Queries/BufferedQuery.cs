using Holdfast.Engine;
using Temporalio.Api.Query.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Runtime.Queries;

/// <summary>A query that waits for its run's next workflow task, to be answered along with it.</summary>
internal sealed class BufferedQuery(string id, WorkflowQuery query)
    : TaskCompletionSource<Answer<QueryWorkflowResponse>>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private readonly Lock gate = new();
    private CancellationTokenSource? look;
    private volatile bool isAnswerInHand;

    public string Id { get; } = id;

    public WorkflowQuery Query { get; } = query;

    /// <summary>A worker brought the answer, and the turn that it came with is being decided.</summary>
    public bool IsAnswerInHand
    {
        get => isAnswerInHand;
        set => isAnswerInHand = value;
    }

    /// <summary>A token for one look at the run; it also ends with <paramref name="giveUp"/>.</summary>
    public CancellationToken BeginLook(CancellationToken giveUp)
    {
        lock (gate)
        {
            look?.Dispose();
            look = CancellationTokenSource.CreateLinkedTokenSource(giveUp);
            return look.Token;
        }
    }

    /// <summary>Ends the look, so that whoever waits looks again.</summary>
    public void LookAgain()
    {
        lock (gate)
            look?.Cancel();
    }

    public void EndLook()
    {
        lock (gate)
        {
            look?.Cancel();
            look?.Dispose();
            look = null;
        }
    }
}
