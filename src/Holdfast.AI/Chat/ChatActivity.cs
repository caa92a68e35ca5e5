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

    [Activity(Name)]
    public async Task<ChatAnswer> CallAsync(ChatCall call)
    {
        var activity = ActivityExecutionContext.Current;
        AttemptLog? log = null;
        await using var begun = time.CreateTimer(_ => activity.Heartbeat([log!.All]), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var earlier = await EarlierAsync(activity.Info);
        try
        {
            log = new(
                ModelCallOrigin.Of(activity.Info, await tenants.OfAsync(activity, activity.CancellationToken)), earlier, activity.Info.Attempt, time,
                () => begun.Change(BegunAfter, Timeout.InfiniteTimeSpan));
            var watch = call.Stream ? Watch(activity.Info, call) : null;
            var response = await Heartbeats.DuringAsync(activity, cancelled => caller.CallAsync(call, log, watch, cancelled), time, () => log.All);
            return new() { Response = response, Attempts = log.All, CostAttributes = attributes.IsOn };
        }
        catch (ModelException exception)
        {
            // The SDK delivers a last heartbeat before it reports the failure.
            if (log is not null)
                activity.Heartbeat([log.All]);
            throw exception.ToFailure(RetryDelay.After(exception, activity.Info), log?.All ?? earlier);
        }
    }

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
}
