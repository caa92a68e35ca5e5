using Temporalio.Client;
using Temporalio.Exceptions;

namespace Holdfast.AI.Waiting;

/// <summary>Wakes runs when what they wait for is there.</summary>
public static class WaitingRuns
{
    /// <summary>
    /// Signals every running workflow of the client's namespace that waits for this. Waking one for nothing does no harm: it asks and waits again.
    /// One that begins to wait just now may be missed: it looks by itself, after half a minute at first and then less and less often.
    /// </summary>
    /// <param name="text">As in the search attribute: <see cref="WaitingNames.Credential"/>, <see cref="WaitingNames.Budget"/>.</param>
    /// <returns>How many were signalled.</returns>
    /// <exception cref="RpcException">The server could not be asked. Ask again: nothing is lost meanwhile.</exception>
    public static async Task<int> ResumeAsync(ITemporalClient client, string text, CancellationToken cancellationToken = default)
    {
        if (text.AsSpan().ContainsAny('\'', '"', '\\'))
            throw new ArgumentException("No run waits for a text with quotes or backslashes.", nameof(text));

        var woken = 0;
        var options = new WorkflowListOptions { Rpc = new() { CancellationToken = cancellationToken } };
        await foreach (var run in client.ListWorkflowsAsync($"{WaitingNames.SearchAttribute} = '{text}' AND ExecutionStatus = 'Running'", options))
        {
            try
            {
                await client.GetWorkflowHandle(run.Id, run.RunId).SignalAsync(WaitingNames.ResumeSignal, [text], new() { Rpc = options.Rpc });
                woken++;
            }
            catch (RpcException exception) when (exception.Code is RpcException.StatusCode.NotFound)
            {
                // It ended since it was listed.
            }
        }

        return woken;
    }
}
