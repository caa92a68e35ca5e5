using Holdfast.Engine;

namespace Holdfast.Runtime.Shards;

/// <summary>
/// Carries messages from run to run: asks the receiver's shard, then tells the sender's how it went. Runs beside the shards, since a
/// shard that waited for another could wait for ever.
/// </summary>
internal sealed class DeliveryService(IShards shards, ShardEnvironment environment)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Delivers until there is an outcome and the sender has recorded it, or until <paramref name="epoch"/> ends: the sender's shard then derives
    /// again what is still owed, and the receiver takes a repetition as done.
    /// </summary>
    public async Task RunAsync(RunKey sender, Delivery delivery, CancellationToken epoch)
    {
        try
        {
            var outcome = await AskAsync(delivery.ToReceiver(), epoch);
            var recorded = await AskAsync(delivery.ToSender(outcome), epoch);
            if (recorded.Refusal is { } refusal)
                ShardLog.DeliveryGivenUp(environment.Logger, delivery.Kind, delivery.EventId, sender.WorkflowId, sender.RunId, refusal.Message);
        }
        catch (OperationCanceledException)
        {
        }
#pragma warning disable CA1031 // Nobody awaits this.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ShardLog.DecisionFailed(environment.Logger, e, delivery.Kind, sender.WorkflowId, sender.RunId);
        }
    }

    private async ValueTask<Answer<DeliveryReceipt>> AskAsync(IWorkflowRequest<DeliveryReceipt> request, CancellationToken epoch)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var told = await shards.AskAsync(request, epoch);

            // A run that is damaged today may be mended tomorrow: what is sent to it waits, since an outcome that is recorded stays.
            if (told.Answer.Refusal?.Code is not (RefusalCode.Unavailable or RefusalCode.ResourceExhausted or RefusalCode.DataLoss))
                return told.Answer;
            await Task.Delay(pause, environment.Time, epoch);
        }
    }
}
