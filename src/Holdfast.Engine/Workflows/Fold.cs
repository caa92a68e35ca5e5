using Google.Protobuf;
using Holdfast.Engine.Journal;
using Holdfast.Engine.Workflows.Activities;
using Holdfast.Engine.Workflows.Children;
using Holdfast.Engine.Workflows.Externals;
using Holdfast.Engine.Workflows.Lifecycle;
using Holdfast.Engine.Workflows.Properties;
using Holdfast.Engine.Workflows.Signals;
using Holdfast.Engine.Workflows.Timers;
using Holdfast.Engine.Workflows.Updates;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows;

/// <summary>
/// <c>Apply(state, record) -> state</c>: the one way in which a run changes, live and at recovery alike. A record is a fact: applying it
/// cannot refuse, and a record that makes no sense is a broken invariant.
/// </summary>
public static class Fold
{
    /// <summary>
    /// A run out of its stored journal, or out of the part of it that begins with the row of a snapshot: what stands in that row before the snapshot is
    /// then passed over.
    /// </summary>
    public static MutableState Rebuild(RunKey key, IReadOnlyList<JournalRecord> records, IReadOnlyDictionary<string, ByteString> slots)
    {
        MutableState? state = null;
        var next = 0;
        for (var place = records.Count - 1; place >= 0; place--)
        {
            if (records[place].Stored.KindCase != StoredRecord.KindOneofCase.Snapshot)
                continue;
            state = StateSnapshot.Restore(key, records[place].Stored.Snapshot);
            next = place + 1;
            break;
        }

        for (; next < records.Count; next++)
            state = state is null ? Create(records[next]) : Apply(state, records[next]);
        Invariant.Holds(state is not null);
        foreach (var (name, value) in slots)
            state = ApplySlot(state, new SlotChange(name, value));
        return state;
    }

    /// <summary>The state that a journal's first record begins.</summary>
    public static MutableState Create(JournalRecord record)
    {
        Invariant.Holds(record.Stored.KindCase == StoredRecord.KindOneofCase.RunCreated);
        var created = record.Stored.RunCreated;
        return new MutableState
        {
            Key = new RunKey(created.NamespaceId, created.WorkflowId, created.RunId),
            CreateRequestId = created.CreateRequestId,
            AwaitsParent = created.AwaitsParent,
        };
    }

    public static MutableState Apply(MutableState state, JournalRecord record) => record.Stored.KindCase switch
    {
        StoredRecord.KindOneofCase.Event => ApplyAppended(state, record, ApplyEvent(state, record.Event!)),
        StoredRecord.KindOneofCase.FlushedEvent => ApplyAppended(state, record, ApplyFlushed(state, record.Event!)),
        StoredRecord.KindOneofCase.BufferedEvent => ApplyEvent(state, record.Event!) with
        {
            BufferedEvents = state.BufferedEvents.Add(record.Event!),
        },
        StoredRecord.KindOneofCase.BufferedTimerDropped => CancelTimer.ApplyDropped(state, record.Stored.BufferedTimerDropped),
        StoredRecord.KindOneofCase.EventlessTaskScheduled => ScheduleWorkflowTask.ApplyEventless(state, record.Stored.EventlessTaskScheduled),
        StoredRecord.KindOneofCase.EventlessTaskStarted => StartWorkflowTask.ApplyEventless(state, record.Stored.EventlessTaskStarted),
        StoredRecord.KindOneofCase.WorkflowTaskDropped => FailWorkflowTask.ApplyDropped(state, record.Stored.WorkflowTaskDropped),
        StoredRecord.KindOneofCase.WorkflowTaskHeartbeat => CompleteWorkflowTask.ApplyHeartbeat(state, record.Stored.WorkflowTaskHeartbeat),
        StoredRecord.KindOneofCase.StickyQueueSet => StickyQueue.Apply(state, record.Stored.StickyQueueSet),
        StoredRecord.KindOneofCase.ActivityAttemptStarted => StartActivityTask.Apply(state, record.Stored.ActivityAttemptStarted),
        StoredRecord.KindOneofCase.ActivityAttemptReturned => ReturnActivityTask.Apply(state, record.Stored.ActivityAttemptReturned),
        StoredRecord.KindOneofCase.ActivityRetryScheduled => RetryActivity.Apply(state, record.Stored.ActivityRetryScheduled),
        StoredRecord.KindOneofCase.RequestSeen => state with { SeenRequestIds = state.SeenRequestIds.Add(record.Stored.RequestSeen.RequestId) },
        StoredRecord.KindOneofCase.UpdateAdmitted => AdmitUpdate.Apply(state, record.Stored.UpdateAdmitted),
        StoredRecord.KindOneofCase.UpdatesSent => DeliverUpdates.Apply(state, record.Stored.UpdatesSent),
        StoredRecord.KindOneofCase.UpdateDropped => DropUpdate.Apply(state, record.Stored.UpdateDropped),
        StoredRecord.KindOneofCase.DeletionRequested => DeleteWorkflow.Apply(state),
        StoredRecord.KindOneofCase.DeliveryDone => Deliveries.ApplyDone(state, record.Stored.DeliveryDone),
        // What they say is in the state already.
        StoredRecord.KindOneofCase.Snapshot or StoredRecord.KindOneofCase.PastEvent => state,
        StoredRecord.KindOneofCase.RunCreated or StoredRecord.KindOneofCase.None or _ =>
            throw new InvariantBrokenException($"a record of kind {record.Stored.KindCase} inside of a journal"),
    };

    /// <summary>Slots hold what is overwritten in place: the last heartbeat of each running activity.</summary>
    public static MutableState ApplySlot(MutableState state, SlotChange slot) => RecordActivityHeartbeat.ApplySlot(state, slot);

    private static MutableState ApplyAppended(MutableState before, JournalRecord record, MutableState after)
    {
        Invariant.Holds(record.Event!.EventId == before.NextEventId);
        return after with
        {
            NextEventId = before.NextEventId + 1,
            LastEventTime = Durations.Later(before.LastEventTime, record.Event.EventTime),
            HistorySizeBytes = before.HistorySizeBytes + record.HistoryBytes!.Length,
            StateTransitionCount = before.StateTransitionCount + 1,
            BufferedEvents = record.Stored.KindCase == StoredRecord.KindOneofCase.FlushedEvent ? [] : after.BufferedEvents,
        };
    }

    /// <summary>The effect was applied when the event was buffered; what is new is that it has an id now.</summary>
    private static MutableState ApplyFlushed(MutableState state, HistoryEvent historyEvent) => historyEvent.EventType switch
    {
        EventType.ChildWorkflowExecutionStarted => RecordChildStarted.ApplyId(state, historyEvent),
        _ => state,
    };

    private static MutableState ApplyEvent(MutableState state, HistoryEvent e)
    {
#pragma warning disable CS8524 // A number outside the enum: an event type newer than this build; CS8509 still names each known one that is missing.
        return e.EventType switch
        {
            EventType.WorkflowExecutionStarted => StartedRun.Apply(state, e),
            EventType.WorkflowExecutionCompleted => CloseRun.Apply(state, e, WorkflowExecutionStatus.Completed, e.WorkflowExecutionCompletedEventAttributes.NewExecutionRunId),
            EventType.WorkflowExecutionFailed => CloseRun.Apply(state, e, WorkflowExecutionStatus.Failed, e.WorkflowExecutionFailedEventAttributes.NewExecutionRunId),
            EventType.WorkflowExecutionTimedOut => CloseRun.Apply(state, e, WorkflowExecutionStatus.TimedOut, e.WorkflowExecutionTimedOutEventAttributes.NewExecutionRunId),
            EventType.WorkflowExecutionCanceled => CloseRun.Apply(state, e, WorkflowExecutionStatus.Canceled, ""),
            EventType.WorkflowExecutionTerminated => CloseRun.Apply(state, e, WorkflowExecutionStatus.Terminated, ""),
            EventType.WorkflowExecutionContinuedAsNew => CloseRun.Apply(state, e, WorkflowExecutionStatus.ContinuedAsNew, e.WorkflowExecutionContinuedAsNewEventAttributes.NewExecutionRunId),
            EventType.WorkflowTaskScheduled => ScheduleWorkflowTask.Apply(state, e),
            EventType.WorkflowTaskStarted => StartWorkflowTask.Apply(state, e),
            EventType.WorkflowTaskCompleted => CompleteWorkflowTask.Apply(state, e),
            EventType.WorkflowTaskFailed => FailWorkflowTask.Apply(state),
            EventType.WorkflowTaskTimedOut => TimeOutWorkflowTask.Apply(state, e),
            EventType.ActivityTaskScheduled => ScheduleActivity.Apply(state, e),
            EventType.ActivityTaskStarted => state,
            EventType.ActivityTaskCompleted => CloseActivity.Apply(state, e.ActivityTaskCompletedEventAttributes.ScheduledEventId),
            EventType.ActivityTaskFailed => CloseActivity.Apply(state, e.ActivityTaskFailedEventAttributes.ScheduledEventId),
            EventType.ActivityTaskTimedOut => CloseActivity.Apply(state, e.ActivityTaskTimedOutEventAttributes.ScheduledEventId),
            EventType.ActivityTaskCanceled => CloseActivity.Apply(state, e.ActivityTaskCanceledEventAttributes.ScheduledEventId),
            EventType.ActivityTaskCancelRequested => RequestCancelActivity.Apply(state, e),
            EventType.TimerStarted => StartTimer.Apply(state, e),
            EventType.TimerFired => FireTimer.Apply(state, e),
            EventType.TimerCanceled => CancelTimer.Apply(state, e),
            EventType.WorkflowExecutionCancelRequested => RequestCancelWorkflow.Apply(state),
            EventType.WorkflowExecutionSignaled => SignalWorkflow.Apply(state, e),
            EventType.MarkerRecorded => state,
            EventType.UpsertWorkflowSearchAttributes => UpsertSearchAttributes.Apply(state, e),
            EventType.WorkflowPropertiesModified => ModifyProperties.Apply(state, e),
            EventType.StartChildWorkflowExecutionInitiated => StartChild.Apply(state, e),
            EventType.StartChildWorkflowExecutionFailed => CloseChild.Apply(state, e.StartChildWorkflowExecutionFailedEventAttributes.InitiatedEventId),
            EventType.ChildWorkflowExecutionStarted => RecordChildStarted.Apply(state, e),
            EventType.ChildWorkflowExecutionCompleted => CloseChild.Apply(state, e.ChildWorkflowExecutionCompletedEventAttributes.InitiatedEventId),
            EventType.ChildWorkflowExecutionFailed => CloseChild.Apply(state, e.ChildWorkflowExecutionFailedEventAttributes.InitiatedEventId),
            EventType.ChildWorkflowExecutionCanceled => CloseChild.Apply(state, e.ChildWorkflowExecutionCanceledEventAttributes.InitiatedEventId),
            EventType.ChildWorkflowExecutionTimedOut => CloseChild.Apply(state, e.ChildWorkflowExecutionTimedOutEventAttributes.InitiatedEventId),
            EventType.ChildWorkflowExecutionTerminated => CloseChild.Apply(state, e.ChildWorkflowExecutionTerminatedEventAttributes.InitiatedEventId),
            EventType.SignalExternalWorkflowExecutionInitiated => SignalExternal.Apply(state, e),
            EventType.SignalExternalWorkflowExecutionFailed => SignalExternal.ApplyDone(state, e.SignalExternalWorkflowExecutionFailedEventAttributes.InitiatedEventId),
            EventType.ExternalWorkflowExecutionSignaled => SignalExternal.ApplyDone(state, e.ExternalWorkflowExecutionSignaledEventAttributes.InitiatedEventId),
            EventType.RequestCancelExternalWorkflowExecutionInitiated => CancelExternal.Apply(state, e),
            EventType.RequestCancelExternalWorkflowExecutionFailed => CancelExternal.ApplyDone(state, e.RequestCancelExternalWorkflowExecutionFailedEventAttributes.InitiatedEventId),
            EventType.ExternalWorkflowExecutionCancelRequested => CancelExternal.ApplyDone(state, e.ExternalWorkflowExecutionCancelRequestedEventAttributes.InitiatedEventId),
            EventType.WorkflowExecutionUpdateAccepted => AcceptUpdate.Apply(state, e),
            EventType.WorkflowExecutionUpdateCompleted => CompleteUpdate.Apply(state, e),
            EventType.WorkflowExecutionOptionsUpdated => AttachToRun.Apply(state, e),
            EventType.Unspecified or
            EventType.WorkflowExecutionUpdateRejected or
            EventType.WorkflowExecutionUpdateAdmitted or
            EventType.WorkflowPropertiesModifiedExternally or
            EventType.ActivityPropertiesModifiedExternally or
            EventType.NexusOperationScheduled or
            EventType.NexusOperationStarted or
            EventType.NexusOperationCompleted or
            EventType.NexusOperationFailed or
            EventType.NexusOperationCanceled or
            EventType.NexusOperationTimedOut or
            EventType.NexusOperationCancelRequested or
            EventType.NexusOperationCancelRequestCompleted or
            EventType.NexusOperationCancelRequestFailed or
            EventType.WorkflowExecutionPaused or
            EventType.WorkflowExecutionUnpaused or
            EventType.WorkflowExecutionTimeSkippingTransitioned =>
                throw new InvariantBrokenException($"an event of type {e.EventType}, which this server never writes"),
        };
#pragma warning restore CS8524
    }
}
