using System.Collections.Immutable;
using Google.Protobuf;
using Holdfast.Engine.Workflows;
using Holdfast.Engine.Workflows.Activities;
using Holdfast.Engine.Workflows.Children;
using Holdfast.Engine.Workflows.Timers;
using Holdfast.Engine.Workflows.Updates;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Update.V1;

namespace Holdfast.Engine.Journal;

/// <summary>
/// The stored form of a whole <see cref="MutableState"/>. Restoring gives the state back as it was, but for the last heartbeats of running activities,
/// which live in slots. That no property is forgotten is what every engine trace checks after every step.
/// </summary>
public static class StateSnapshot
{
    public static StoredState Of(MutableState state)
    {
        var stored = new StoredState
        {
            CreateRequestId = state.CreateRequestId,
            StartedEvent = state.StartedEvent.ToByteString(),
            Status = (int)state.Status,
            StartTime = Ticks(state.StartTime),
            ExecutionTime = Ticks(state.ExecutionTime),
            CloseTime = Ticks(state.CloseTime),
            CloseEvent = state.CloseEvent?.ToByteString() ?? ByteString.Empty,
            SuccessorRunId = state.SuccessorRunId,
            NextEventId = state.NextEventId,
            HistorySizeBytes = state.HistorySizeBytes,
            StateTransitionCount = state.StateTransitionCount,
            WorkflowTask = state.WorkflowTask is { } task ? Of(task) : null,
            WorkflowTaskAttempt = state.WorkflowTaskAttempt,
            LastCompletedStartedEventId = state.LastCompletedStartedEventId,
            LastCompletedTask = state.LastCompletedTask is { } completed ? Of(completed, state.Key) : null,
            AwaitsFirstWorkflowTask = state.AwaitsFirstWorkflowTask,
            AwaitsParent = state.AwaitsParent,
            StickyQueue = state.StickyQueue,
            StickyScheduleToStart = state.StickyScheduleToStart.Ticks,
            CancelRequested = state.CancelRequested,
            SignalCount = state.SignalCount,
            ParentTold = state.ParentTold,
            ExecutionExpiresAt = Ticks(state.ExecutionExpiresAt),
            RunExpiresAt = Ticks(state.RunExpiresAt),
            DeletionRequested = state.DeletionRequested,
            LastEventTime = Ticks(state.LastEventTime),
        };
        stored.BufferedEvents.AddRange(state.BufferedEvents.Select(buffered => buffered.ToByteString()));
        stored.PendingActivities.AddRange(state.PendingActivities.Values.OrderBy(activity => activity.ScheduledEventId).Select(Of));
        stored.PendingTimers.AddRange(state.PendingTimers.Values.OrderBy(timer => timer.StartedEventId).Select(Of));
        stored.PendingChildren.AddRange(state.PendingChildren.Values.OrderBy(child => child.InitiatedEventId).Select(Of));
        stored.PendingSignals.AddRange(state.PendingSignals.OrderBy(pending => pending.Key).Select(pending => pending.Value.ToByteString()));
        stored.PendingCancels.AddRange(state.PendingCancels.OrderBy(pending => pending.Key).Select(pending => pending.Value.ToByteString()));
        stored.Updates.AddRange(state.Updates.Values.OrderBy(update => update.Order).Select(Of));
        stored.SeenRequestIds.AddRange(state.SeenRequestIds.Order(StringComparer.Ordinal));
        if (!state.Memo.IsEmpty)
        {
            var memo = new Memo();
            foreach (var (name, value) in state.Memo.OrderBy(field => field.Key, StringComparer.Ordinal))
                memo.Fields.Add(name, value);
            stored.Memo = memo.ToByteString();
        }

        if (!state.SearchAttributes.IsEmpty)
        {
            var attributes = new SearchAttributes();
            foreach (var (name, value) in state.SearchAttributes.OrderBy(field => field.Key, StringComparer.Ordinal))
                attributes.IndexedFields.Add(name, value);
            stored.SearchAttributes = attributes.ToByteString();
        }

        return stored;
    }

    /// <exception cref="InvalidProtocolBufferException">A part of it is damaged.</exception>
    public static MutableState Restore(RunKey key, StoredState stored)
    {
        var activities = stored.PendingActivities.Select(Restore).ToImmutableDictionary(activity => activity.ScheduledEventId);
        return new MutableState
        {
            Key = key,
            CreateRequestId = stored.CreateRequestId,
            StartedEvent = HistoryEvent.Parser.ParseFrom(stored.StartedEvent),
            Status = (WorkflowExecutionStatus)stored.Status,
            StartTime = Time(stored.StartTime),
            ExecutionTime = Time(stored.ExecutionTime),
            CloseTime = TimeOrNull(stored.CloseTime),
            CloseEvent = stored.CloseEvent.IsEmpty ? null : HistoryEvent.Parser.ParseFrom(stored.CloseEvent),
            SuccessorRunId = stored.SuccessorRunId,
            NextEventId = stored.NextEventId,
            HistorySizeBytes = stored.HistorySizeBytes,
            StateTransitionCount = stored.StateTransitionCount,
            WorkflowTask = stored.WorkflowTask is { } task ? Restore(task) : null,
            WorkflowTaskAttempt = stored.WorkflowTaskAttempt,
            LastCompletedStartedEventId = stored.LastCompletedStartedEventId,
            LastCompletedTask = stored.LastCompletedTask is { } completed ? Restore(key, completed) : null,
            AwaitsFirstWorkflowTask = stored.AwaitsFirstWorkflowTask,
            AwaitsParent = stored.AwaitsParent,
            StickyQueue = stored.StickyQueue,
            StickyScheduleToStart = new TimeSpan(stored.StickyScheduleToStart),
            BufferedEvents = [.. stored.BufferedEvents.Select(HistoryEvent.Parser.ParseFrom)],
            PendingActivities = activities,
            ActivityIds = activities.Values.ToImmutableDictionary(activity => activity.ActivityId, activity => activity.ScheduledEventId),
            PendingTimers = stored.PendingTimers.ToImmutableDictionary(
                timer => timer.TimerId, timer => new PendingTimer(timer.TimerId, timer.StartedEventId, Time(timer.DueTime))),
            PendingChildren = stored.PendingChildren.Select(Restore).ToImmutableDictionary(child => child.InitiatedEventId),
            PendingSignals = stored.PendingSignals.Select(HistoryEvent.Parser.ParseFrom).ToImmutableDictionary(initiated => initiated.EventId),
            PendingCancels = stored.PendingCancels.Select(HistoryEvent.Parser.ParseFrom).ToImmutableDictionary(initiated => initiated.EventId),
            Updates = stored.Updates.Select(Restore).ToImmutableDictionary(update => update.UpdateId),
            CancelRequested = stored.CancelRequested,
            SeenRequestIds = [.. stored.SeenRequestIds],
            SignalCount = stored.SignalCount,
            SearchAttributes = SearchAttributes.Parser.ParseFrom(stored.SearchAttributes).IndexedFields.ToImmutableDictionary(),
            Memo = Memo.Parser.ParseFrom(stored.Memo).Fields.ToImmutableDictionary(),
            ParentTold = stored.ParentTold,
            ExecutionExpiresAt = TimeOrNull(stored.ExecutionExpiresAt),
            RunExpiresAt = TimeOrNull(stored.RunExpiresAt),
            DeletionRequested = stored.DeletionRequested,
            LastEventTime = Time(stored.LastEventTime),
        };
    }

    private static StoredWorkflowTask Of(PendingWorkflowTask task) => new()
    {
        Kind = (int)task.Kind,
        ScheduledEventId = task.ScheduledEventId,
        StartedEventId = task.StartedEventId,
        Attempt = task.Attempt,
        ScheduledTime = Ticks(task.ScheduledTime),
        OriginalScheduledTime = Ticks(task.OriginalScheduledTime),
        StartedTime = Ticks(task.StartedTime),
        StartToClose = task.StartToClose.Ticks,
        IsSticky = task.IsSticky,
        RequestId = task.RequestId,
        Identity = task.Identity,
        SuggestContinueAsNew = task.SuggestContinueAsNew,
        HistorySizeBytes = task.HistorySizeBytes,
    };

    private static PendingWorkflowTask Restore(StoredWorkflowTask stored) => new()
    {
        Kind = (WorkflowTaskKind)stored.Kind,
        ScheduledEventId = stored.ScheduledEventId,
        StartedEventId = stored.StartedEventId,
        Attempt = stored.Attempt,
        ScheduledTime = Time(stored.ScheduledTime),
        OriginalScheduledTime = Time(stored.OriginalScheduledTime),
        StartedTime = Time(stored.StartedTime),
        StartToClose = new TimeSpan(stored.StartToClose),
        IsSticky = stored.IsSticky,
        RequestId = stored.RequestId,
        Identity = stored.Identity,
        SuggestContinueAsNew = stored.SuggestContinueAsNew,
        HistorySizeBytes = stored.HistorySizeBytes,
    };

    private static StoredTask Of(TaskToken token, RunKey key)
    {
        Invariant.Holds(token.Target == WorkflowTarget.Of(key));
        return new StoredTask
        {
            ScheduledEventId = token.ScheduledEventId,
            StartedEventId = token.StartedEventId,
            Attempt = token.Attempt,
            ActivityId = token.ActivityId,
            StartTicks = token.StartTicks,
        };
    }

    private static TaskToken Restore(RunKey key, StoredTask stored) => new(
        key.NamespaceId, key.WorkflowId, key.RunId, stored.ScheduledEventId, stored.StartedEventId, stored.Attempt, stored.ActivityId, stored.StartTicks);

    private static StoredActivity Of(PendingActivity activity)
    {
        var stored = new StoredActivity
        {
            ScheduledEvent = activity.ScheduledEvent.ToByteString(),
            FirstScheduledTime = Ticks(activity.FirstScheduledTime),
            ScheduledTime = Ticks(activity.ScheduledTime),
            Attempt = activity.Attempt,
            StartedTime = Ticks(activity.StartedTime),
            RequestId = activity.RequestId,
            Identity = activity.Identity,
            LastWorkerIdentity = activity.LastWorkerIdentity,
            CancelRequestedEventId = activity.CancelRequestedEventId,
        };
        if (activity.LastFailure is { } failure)
            stored.LastFailure = failure.ToByteString();
        return stored;
    }

    private static PendingActivity Restore(StoredActivity stored) => new()
    {
        ScheduledEvent = HistoryEvent.Parser.ParseFrom(stored.ScheduledEvent),
        FirstScheduledTime = Time(stored.FirstScheduledTime),
        ScheduledTime = Time(stored.ScheduledTime),
        Attempt = stored.Attempt,
        StartedTime = TimeOrNull(stored.StartedTime),
        RequestId = stored.RequestId,
        Identity = stored.Identity,
        LastFailure = stored.HasLastFailure ? Failure.Parser.ParseFrom(stored.LastFailure) : null,
        LastWorkerIdentity = stored.LastWorkerIdentity,
        CancelRequestedEventId = stored.CancelRequestedEventId,
    };

    private static StoredTimer Of(PendingTimer timer) =>
        new() { TimerId = timer.TimerId, StartedEventId = timer.StartedEventId, DueTime = Ticks(timer.DueTime) };

    private static StoredChild Of(PendingChild child) => new()
    {
        InitiatedEvent = child.InitiatedEvent.ToByteString(),
        IsStarted = child.IsStarted,
        StartedEventId = child.StartedEventId,
        RunId = child.RunId,
    };

    private static PendingChild Restore(StoredChild stored) => new()
    {
        InitiatedEvent = HistoryEvent.Parser.ParseFrom(stored.InitiatedEvent),
        IsStarted = stored.IsStarted,
        StartedEventId = stored.StartedEventId,
        RunId = stored.RunId,
    };

    private static StoredUpdate Of(UpdateState update)
    {
        var stored = new StoredUpdate
        {
            UpdateId = update.UpdateId,
            Stage = (int)update.Stage,
            AdmittedTime = Ticks(update.AdmittedTime),
            Order = update.Order,
            AcceptedEventId = update.AcceptedEventId,
        };
        if (update.Request is { } request)
            stored.Request = request.ToByteString();
        if (update.Outcome is { } outcome)
            stored.Outcome = outcome.ToByteString();
        if (update.Rejection is { } rejection)
            stored.Rejection = rejection.ToByteString();
        return stored;
    }

    private static UpdateState Restore(StoredUpdate stored) => new()
    {
        UpdateId = stored.UpdateId,
        Stage = (UpdateStage)stored.Stage,
        Request = stored.HasRequest ? Request.Parser.ParseFrom(stored.Request) : null,
        AdmittedTime = Time(stored.AdmittedTime),
        Order = stored.Order,
        AcceptedEventId = stored.AcceptedEventId,
        Outcome = stored.HasOutcome ? Outcome.Parser.ParseFrom(stored.Outcome) : null,
        Rejection = stored.HasRejection ? Failure.Parser.ParseFrom(stored.Rejection) : null,
    };

    private static long Ticks(DateTime? time) => time?.Ticks ?? 0;

    private static DateTime Time(long ticks) => ticks == 0 ? default : new DateTime(ticks, DateTimeKind.Utc);

    private static DateTime? TimeOrNull(long ticks) => ticks == 0 ? null : Time(ticks);
}
