using System.Text.Json;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Holdfast.EndToEnd.Tests.EmailSupport;

/// <summary>
/// A person who approves what waits, as fast as allowed, through the public protocol alone. A server that is
/// away makes her try again.
/// </summary>
internal sealed class Approver(ITemporalClient client)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly HashSet<string> _decided = [];
    private int _allowed;

    /// <summary>How many approvals she has given and knows of.</summary>
    public int Decided => _decided.Count;

    /// <summary>Lets her decide up to this many in all.</summary>
    public void Allow(int total) => Volatile.Write(ref _allowed, total);

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await foreach (var waiting in client.ListWorkflowsAsync("HoldfastApproval = 'pending'").WithCancellation(stop))
                {
                    if (_decided.Count >= Volatile.Read(ref _allowed))
                        break;
                    if (!_decided.Contains(waiting.Id))
                        await DecideAsync(waiting.Id, stop);
                }

                await Task.Delay(Pause, stop);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (IsAway(e))
            {
                await Task.Delay(Pause, CancellationToken.None);
            }
        }
    }

    private async Task DecideAsync(string workflowId, CancellationToken stop)
    {
        var workflow = client.GetWorkflowHandle(workflowId);
        var options = new RpcOptions { CancellationToken = stop, Timeout = TimeSpan.FromSeconds(10) };
        var approvals = await workflow.QueryAsync<JsonElement>("holdfast_approvals", [], new WorkflowQueryOptions { Rpc = options });
        foreach (var approval in approvals.EnumerateArray().Where(a => a.GetProperty("state").GetString() == "pending"))
        {
            var id = approval.GetProperty("id").GetString();
            var decision = new { approvalId = id, verdict = "approve", by = "Ada" };
            // The same update id each time: trying again after a crash is the same decision and not a second one.
            await workflow.ExecuteUpdateAsync<JsonElement>(
                "holdfast_decide_approval", [decision], new WorkflowUpdateOptions($"ada-{id}") { Rpc = options });
        }

        _decided.Add(workflowId);
    }

    private static bool IsAway(Exception e) => e switch
    {
        RpcException { Code: RpcException.StatusCode.Unavailable or RpcException.StatusCode.DeadlineExceeded or RpcException.StatusCode.Cancelled } => true,
        // What the SDK makes of an update, or of a query, that got no answer in time.
        WorkflowUpdateRpcTimeoutOrCanceledException or RpcTimeoutOrCanceledException => true,
        // The connection broke while the answer came.
        RpcException { Code: RpcException.StatusCode.Unknown or RpcException.StatusCode.Internal } broken =>
            broken.Message.Contains("h2 protocol", StringComparison.Ordinal) || broken.Message.Contains("transport", StringComparison.Ordinal),
        _ => false,
    };
}
