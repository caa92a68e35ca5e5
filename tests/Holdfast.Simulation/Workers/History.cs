using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Simulation.Workers;

/// <summary>What a workflow program knows: which of the things it began are begun, and which of them have ended, by the names it gave them.</summary>
internal sealed class History
{
    private readonly Dictionary<long, string> namesById = [];

    public History(IEnumerable<HistoryEvent> events)
    {
        foreach (var one in events)
            Read(one);
    }

    public WorkflowExecutionStartedEventAttributes Started { get; private set; } = new();

    public HashSet<string> Begun { get; } = [];

    public HashSet<string> Ended { get; } = [];

    public int Signals { get; private set; }

    public bool MustFinish { get; private set; }

    public bool CancelRequested { get; private set; }

    public List<string> AcceptedUpdates { get; } = [];

    public HashSet<string> CompletedUpdates { get; } = [];

    private void Read(HistoryEvent one)
    {
        switch (one.EventType)
        {
            case EventType.WorkflowExecutionStarted:
                Started = one.WorkflowExecutionStartedEventAttributes;
                break;
            case EventType.WorkflowExecutionSignaled:
                Signals++;
                MustFinish |= one.WorkflowExecutionSignaledEventAttributes.SignalName == WorkflowProgram.FinishSignal;
                break;
            case EventType.WorkflowExecutionCancelRequested:
                CancelRequested = true;
                break;
            case EventType.ActivityTaskScheduled:
                Begin(one, one.ActivityTaskScheduledEventAttributes.ActivityId);
                break;
            case EventType.ActivityTaskCompleted:
                End(one.ActivityTaskCompletedEventAttributes.ScheduledEventId);
                break;
            case EventType.ActivityTaskFailed:
                End(one.ActivityTaskFailedEventAttributes.ScheduledEventId);
                break;
            case EventType.ActivityTaskTimedOut:
                End(one.ActivityTaskTimedOutEventAttributes.ScheduledEventId);
                break;
            case EventType.ActivityTaskCanceled:
                End(one.ActivityTaskCanceledEventAttributes.ScheduledEventId);
                break;
            case EventType.TimerStarted:
                Begin(one, one.TimerStartedEventAttributes.TimerId);
                break;
            case EventType.TimerFired:
                End(one.TimerFiredEventAttributes.StartedEventId);
                break;
            case EventType.TimerCanceled:
                End(one.TimerCanceledEventAttributes.StartedEventId);
                break;
            case EventType.MarkerRecorded:
                Begun.Add(one.MarkerRecordedEventAttributes.MarkerName);
                break;
            case EventType.WorkflowPropertiesModified:
                foreach (var name in one.WorkflowPropertiesModifiedEventAttributes.UpsertedMemo.Fields.Keys)
                    Begun.Add(name);
                break;
            case EventType.StartChildWorkflowExecutionInitiated:
                Begin(one, one.StartChildWorkflowExecutionInitiatedEventAttributes.Control);
                break;
            case EventType.StartChildWorkflowExecutionFailed:
                End(one.StartChildWorkflowExecutionFailedEventAttributes.InitiatedEventId);
                break;
            case EventType.ChildWorkflowExecutionCompleted:
                End(one.ChildWorkflowExecutionCompletedEventAttributes.InitiatedEventId);
                break;
            case EventType.ChildWorkflowExecutionFailed:
                End(one.ChildWorkflowExecutionFailedEventAttributes.InitiatedEventId);
                break;
            case EventType.ChildWorkflowExecutionCanceled:
                End(one.ChildWorkflowExecutionCanceledEventAttributes.InitiatedEventId);
                break;
            case EventType.ChildWorkflowExecutionTerminated:
                End(one.ChildWorkflowExecutionTerminatedEventAttributes.InitiatedEventId);
                break;
            case EventType.ChildWorkflowExecutionTimedOut:
                End(one.ChildWorkflowExecutionTimedOutEventAttributes.InitiatedEventId);
                break;
            case EventType.SignalExternalWorkflowExecutionInitiated:
                Begin(one, one.SignalExternalWorkflowExecutionInitiatedEventAttributes.Control);
                break;
            case EventType.ExternalWorkflowExecutionSignaled:
                End(one.ExternalWorkflowExecutionSignaledEventAttributes.InitiatedEventId);
                break;
            case EventType.SignalExternalWorkflowExecutionFailed:
                End(one.SignalExternalWorkflowExecutionFailedEventAttributes.InitiatedEventId);
                break;
            case EventType.RequestCancelExternalWorkflowExecutionInitiated:
                Begin(one, one.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes.Control);
                break;
            case EventType.ExternalWorkflowExecutionCancelRequested:
                End(one.ExternalWorkflowExecutionCancelRequestedEventAttributes.InitiatedEventId);
                break;
            case EventType.RequestCancelExternalWorkflowExecutionFailed:
                End(one.RequestCancelExternalWorkflowExecutionFailedEventAttributes.InitiatedEventId);
                break;
            case EventType.WorkflowExecutionUpdateAccepted:
                AcceptedUpdates.Add(one.WorkflowExecutionUpdateAcceptedEventAttributes.ProtocolInstanceId);
                break;
            case EventType.WorkflowExecutionUpdateCompleted:
                CompletedUpdates.Add(one.WorkflowExecutionUpdateCompletedEventAttributes.Meta.UpdateId);
                break;
        }
    }

    private void Begin(HistoryEvent one, string name)
    {
        Begun.Add(name);
        namesById[one.EventId] = name;
    }

    private void End(long beganBy) => Ended.Add(namesById[beganBy]);
}
