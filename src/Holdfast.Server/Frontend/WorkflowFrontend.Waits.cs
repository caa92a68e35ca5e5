using Grpc.Core;
using Holdfast.Engine;
using Holdfast.Runtime;

namespace Holdfast.Server.Frontend;

internal sealed partial class WorkflowFrontend
{
    // Before the caller gives up there must be time for the answer to travel.
    private static readonly TimeSpan RoomBeforeDeadline = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestTaskPoll = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan ShortestTaskPoll = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Waits for a run to come into a state, for as long as the server lets calls of this kind wait: then the run as it is. A call that
    /// names a workflow id alone watches the run that is current now.
    /// </summary>
    private async Task<RunSnapshot?> WaitAsync(WorkflowTarget target, Func<RunSnapshot, bool> until, ServerCallContext context)
    {
        using var end = EndOfWait(Shorter(server.Config.HistoryLongPoll, TimeLeft(context) - RoomBeforeDeadline), context);
        var run = await Shards.WatchAsync(target, until, end.Token);

        // The watch ends quietly whichever way it is cancelled; a caller who has gone gets nothing.
        context.CancellationToken.ThrowIfCancellationRequested();
        return run;
    }

    /// <summary>How long a worker's poll may wait. Polls without a deadline, or with hardly any time left, are mistakes of the caller.</summary>
    private static TimeSpan TaskPollWait(ServerCallContext context)
    {
        if (context.Deadline == DateTime.MaxValue)
            throw Refused.InvalidArgument("Context timeout is not set.");
        var left = TimeLeft(context);
        if (left < ShortestTaskPoll)
            throw Refused.InvalidArgument("Context timeout is too short.");
        return Shorter(LongestTaskPoll, left - RoomBeforeDeadline);
    }

    /// <summary>Cancelled when the wait is over, when the caller goes, or when the server stops.</summary>
    private CancellationTokenSource EndOfWait(TimeSpan wait, ServerCallContext context)
    {
        var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, server.Stopping);
        if (wait > TimeSpan.Zero)
            end.CancelAfter(wait);
        else
            end.Cancel();
        return end;
    }

    // Deadlines are on the caller's clock, so on the wall's, whatever time the workflows live in.
    private static TimeSpan TimeLeft(ServerCallContext context) =>
        context.Deadline == DateTime.MaxValue ? TimeSpan.MaxValue : context.Deadline - TimeProvider.System.GetUtcNow().UtcDateTime;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
