using System.Text.Json;
using Holdfast.AI.Activities;
using Holdfast.AI.Costs;
using Holdfast.AI.Models;
using Holdfast.AI.Tenants;
using Temporalio.Activities;

namespace Holdfast.AI.Chat;

/// <summary>
/// The activity of one model call. It asks the model once, and its fallbacks once each; trying again is for the activity's retry policy,
/// which survives crashes and shows every try. Every request that was made travels in the heartbeats, so that a later attempt, on this
/// worker or another, knows what was asked and paid before.
/// </summary>
internal sealed class ChatActivity(ModelCaller caller, ChatStreams streams, RunTenants tenants, CostAttributes attributes, TimeProvider time)
{
    public const string Name = "HoldfastModelCall";

    // A request is told in a heartbeat only once it has taken this long. Told at once, the heartbeat of a call that is answered quickly would
    // race its completion, and the SDK warns of the one that comes late. Given up for it: a worker that dies within this time of a request
    // leaves no trace of that request. Regular heartbeats come too late to tell of one: seconds apart.
    private static readonly TimeSpan BegunAfter = TimeSpan.FromMilliseconds(500);

    // A wait that is longer, or that would leave little of the activity's time for the call itself, is a timer's work.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    /// <summary>How many attempts of an activity may be spent on waiting for capacity, besides its tries.</summary>
    internal const int MaxWaits = 20;

    [Activity(Name)]
    public async Task<ChatAnswer> CallAsync(ChatCall call)
    {
        var activity = ActivityExecutionContext.Current;
        AttemptLog? log = null;
        var earlier = await EarlierAsync(activity.Info);
        var waits = await WaitsAsync(activity.Info);
        var tries = activity.Info.Attempt - waits;
        object?[] Told() => [log?.All ?? earlier, waits];
        await using var begun = time.CreateTimer(_ => activity.Heartbeat(Told()), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            if (call.Tries is > 0 and var most && tries > most)
                throw new ModelException(ModelFailureKind.Timeout, retryable: false, $"The call was tried {most} times, and the last of them had no end: its worker died or took too long.");

            log = new(
                ModelCallOrigin.Of(activity.Info, await tenants.OfAsync(activity, activity.CancellationToken)), earlier, tries, time,
                () => begun.Change(BegunAfter, Timeout.InfiniteTimeSpan));
            var watch = call.Stream ? Watch(activity.Info, call) : null;
            var response = await Heartbeats.DuringAsync(activity, cancelled => caller.CallAsync(call, log, watch, cancelled), time, Told);
            return new() { Response = response, Attempts = log.All, CostAttributes = attributes.IsOn };
        }
        catch (ModelException exception)
        {
            var waiting = exception.Kind == ModelFailureKind.CapacityWaiting && (log is null || log.All.Length == earlier.Length);
            if (waiting)
                waits++;
            // The SDK delivers a last heartbeat before it reports the failure.
            activity.Heartbeat(Told());
            var again = exception.Retryable && (waiting ? MayWaitHere(call, activity.Info, exception.RetryAfter!.Value, waits) : call.Tries is not > 0 || tries < call.Tries);
            throw exception.ToFailure(waiting ? exception.RetryAfter : RetryDelay.After(exception, activity.Info, tries), log?.All ?? earlier, again);
        }
    }

    private bool MayWaitHere(ChatCall call, ActivityInfo info, TimeSpan wait, int waits) =>
        call.Tries is not null
        && waits <= MaxWaits
        && wait <= LongestWait
        && (info.ScheduleToCloseTimeout is not { } whole || wait <= (info.ScheduledTime.ToUniversalTime() + whole - time.GetUtcNow().UtcDateTime) / 2);

    private ChatStreamWriter Watch(ActivityInfo info, ChatCall call) =>
        streams.Write(info.Namespace, info.WorkflowId ?? "", $"{info.WorkflowRunId}/{info.ActivityId}", info.Attempt, call.Model);

    private static async Task<ChatAttempt[]> EarlierAsync(ActivityInfo info)
    {
        try
        {
            return info.HeartbeatDetails.Count > 0 ? await info.HeartbeatDetailAtAsync<ChatAttempt[]>(0) : [];
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            // A worker of another version wrote them. The call is worth more than the record of what it took.
            return [];
        }
    }

    private static async Task<int> WaitsAsync(ActivityInfo info)
    {
        try
        {
            return info.HeartbeatDetails.Count > 1 ? await info.HeartbeatDetailAtAsync<int>(1) : 0;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return 0;
        }
    }
}
