using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;

namespace Holdfast.Engine.Workflows.Activities;

/// <summary>The <c>ScheduleActivityTask</c> command: from here on the server owes the activity, attempt after attempt, until it closes.</summary>
internal static class ScheduleActivity
{
    private const int MaxIdLength = 1000;

    public static CommandRejection? Decide(ScheduleActivityTaskCommandAttributes command, Command envelope, Turn turn)
    {
        if (command.ActivityId.Length == 0)
            return Invalid("ActivityId is not set on ScheduleActivityTaskCommand.");
        if (command.ActivityId.Length > MaxIdLength)
            return Invalid($"ActivityId on ScheduleActivityTaskCommand exceeds the length limit of {MaxIdLength}.");
        if (command.ActivityType is not { Name.Length: > 0 })
            return Invalid($"ActivityType is not set on ScheduleActivityTaskCommand. ActivityId={command.ActivityId}");
        if (RetryPolicies.Problem(command.RetryPolicy) is { } problem)
            return Invalid($"Invalid retry policy on ScheduleActivityTaskCommand: {problem} ActivityId={command.ActivityId}");
        if (command.Priority is { PriorityKey: < 0 })
            return Invalid($"PriorityKey cannot be negative. ActivityId={command.ActivityId}");

        var runTimeout = Durations.OrZero(turn.State.Started.WorkflowRunTimeout);
        var (timeouts, wrong) = ActivityTimeouts.From(command, runTimeout);
        if (wrong is not null)
            return Invalid($"{wrong} ActivityId={command.ActivityId} ActivityType={command.ActivityType.Name}");
        if (turn.State.ActivityIds.ContainsKey(command.ActivityId))
            return new CommandRejection(WorkflowTaskFailedCause.ScheduleActivityDuplicateId, $"Activity '{command.ActivityId}' is already pending.");
        if (turn.State.PendingActivities.Count >= turn.Context.Limits.PendingActivities)
        {
            return new CommandRejection(
                WorkflowTaskFailedCause.PendingActivitiesLimitExceeded,
                $"The number of pending activities, {turn.State.PendingActivities.Count}, has reached the per-workflow limit of {turn.Context.Limits.PendingActivities}.");
        }

        if (Sizes.Problem(command.Input, turn.Context.Limits) is { } tooLarge)
            return new CommandRejection(WorkflowTaskFailedCause.BadScheduleActivityAttributes, $"ScheduleActivityTaskCommandAttributes.Input: {tooLarge}", TerminatesRun: true);

        turn.Append(HistoryEvents.ActivityTaskScheduled(command, envelope, QueueOf(command, turn.State), timeouts, turn));
        return null;

        static CommandRejection Invalid(string problem) => new(WorkflowTaskFailedCause.BadScheduleActivityAttributes, problem);
    }

    public static MutableState Apply(MutableState state, HistoryEvent scheduled)
    {
        var id = scheduled.ActivityTaskScheduledEventAttributes.ActivityId;
        Invariant.Holds(!state.ActivityIds.ContainsKey(id));
        var activity = new PendingActivity
        {
            ScheduledEvent = scheduled,
            FirstScheduledTime = scheduled.EventTime.ToDateTime(),
            ScheduledTime = scheduled.EventTime.ToDateTime(),
        };
        return state with
        {
            PendingActivities = state.PendingActivities.Add(scheduled.EventId, activity),
            ActivityIds = state.ActivityIds.Add(id, scheduled.EventId),
        };
    }

    private static TaskQueue QueueOf(ScheduleActivityTaskCommandAttributes command, MutableState state) => new()
    {
        Name = command.TaskQueue is { Name.Length: > 0 } queue ? queue.Name : state.TaskQueue,
        Kind = TaskQueueKind.Normal,
    };
}
