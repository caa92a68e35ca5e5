using Temporalio.Api.Query.V1;

namespace Holdfast.Runtime.Queries;

/// <summary>
/// Answers that came with a worker's turn. They are given once the turn is durable; if it is refused instead, their queries go on waiting, because
/// the answers speak of what never happened.
/// </summary>
internal sealed class QueryAnswersInHand(IReadOnlyList<(BufferedQuery Query, WorkflowQueryResult Result)> answers) : IDisposable
{
    private bool given;

    public void Give()
    {
        given = true;
        foreach (var (query, result) in answers)
            query.TrySetResult(QueryResults.Of(result));
    }

    public void Dispose()
    {
        if (given)
            return;
        foreach (var (query, _) in answers)
        {
            query.IsAnswerInHand = false;
            query.LookAgain();
        }
    }
}
