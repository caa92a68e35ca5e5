using System.Globalization;
using Google.Protobuf;
using Holdfast.Engine.Journal;
using Temporalio.Api.Common.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.Activities;

/// <summary>
/// A running attempt shows that it lives and leaves its progress for the next attempt. It is no fact of the history: only the last one
/// matters, so it is kept in a slot that is overwritten in place.
/// </summary>
public sealed record RecordActivityHeartbeat(ActivityLookup Activity, Payloads? Details) : IWorkflowRequest<RecordActivityTaskHeartbeatResponse>
{
    private const string SlotPrefix = "heartbeat/";

    public WorkflowTarget Target => Activity.Target;

    public Decision<RecordActivityTaskHeartbeatResponse> Decide(MutableState? run, DecisionContext context)
    {
        var found = Activity.Find(run);
        if (found.Refusal is { } refusal)
            return refusal;
        if (!found.Reply.IsStarted)
            return Refusal.NotFound("invalid activityID or activity already timed out or invoking workflow is completed");
        if (Sizes.Check(Details, context.Limits, "Details") is { } tooLarge)
            return tooLarge;

        var turn = new Turn(run!, context);
        Record(turn, found.Reply, Details);
        return turn.Reply(new RecordActivityTaskHeartbeatResponse { CancelRequested = found.Reply.CancelRequested });
    }

    internal static void Record(Turn turn, PendingActivity activity, Payloads? details) => turn.SetSlot(new SlotChange(
        SlotOf(activity),
        new Heartbeat { Details = (details ?? new Payloads()).ToByteString(), At = turn.Context.NowTimestamp }.ToByteString()));

    /// <summary>The activity is over: its slot is cleared, if it ever had one.</summary>
    internal static void Forget(Turn turn, PendingActivity activity)
    {
        if (activity.HeartbeatDetails is not null)
            turn.SetSlot(new SlotChange(SlotOf(activity), null));
    }

    private static string SlotOf(PendingActivity activity) => SlotPrefix + activity.ScheduledEventId.ToString(CultureInfo.InvariantCulture);

    internal static MutableState ApplySlot(MutableState state, SlotChange slot)
    {
        Invariant.Holds(slot.Name.StartsWith(SlotPrefix, StringComparison.Ordinal));
        var scheduledEventId = long.Parse(slot.Name.AsSpan(SlotPrefix.Length), CultureInfo.InvariantCulture);
        if (slot.Value is null || !state.PendingActivities.TryGetValue(scheduledEventId, out var activity))
            return state;
        var heartbeat = Heartbeat.Parser.ParseFrom(slot.Value);
        var at = heartbeat.At.ToDateTime();
        return state with
        {
            PendingActivities = state.PendingActivities.SetItem(scheduledEventId, activity with
            {
                HeartbeatDetails = Payloads.Parser.ParseFrom(heartbeat.Details),
                // An earlier attempt's heartbeat leaves its details, not its time.
                LastHeartbeatTime = activity.StartedTime <= at ? at : null,
            }),
        };
    }
}
