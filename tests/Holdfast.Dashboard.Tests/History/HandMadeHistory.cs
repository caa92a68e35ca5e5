using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Update.V1;

namespace Holdfast.Dashboard.Tests.History;

/// <summary>Writes a history event by event, as a server would. Each method returns the id of the event it wrote.</summary>
internal sealed class HandMadeHistory(DateTime start)
{
    private DateTime _now = start;

    public List<HistoryEvent> Events { get; } = [];

    public HandMadeHistory After(TimeSpan time)
    {
        _now += time;
        return this;
    }

    public static Payload Json(object? value) => new()
    {
        Metadata = { ["encoding"] = ByteString.CopyFromUtf8("json/plain") },
        Data = ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(value)),
    };

    public static Payloads Values(params object?[] values) => new() { Payloads_ = { values.Select(Json) } };

    public static Failure ApplicationFailure(string type, string message) => new()
    {
        Message = message,
        Source = "DotNetSDK",
        StackTrace = "   at Shop.Cards.ChargeAsync(Order order)\n   at Shop.Activities.ChargeCardAsync(Order order)",
        ApplicationFailureInfo = new ApplicationFailureInfo { Type = type },
    };

    public long Started(string type, params object?[] input) => Write(EventType.WorkflowExecutionStarted, e =>
        e.WorkflowExecutionStartedEventAttributes = new()
        {
            WorkflowType = new() { Name = type },
            TaskQueue = new() { Name = "orders" },
            Input = Values(input),
            Attempt = 1,
            Identity = "4711@shop",
        });

    /// <summary>A workflow task scheduled, started and completed.</summary>
    public long WorkflowTask()
    {
        var scheduled = Write(EventType.WorkflowTaskScheduled, e =>
            e.WorkflowTaskScheduledEventAttributes = new() { TaskQueue = new() { Name = "orders" }, Attempt = 1 });
        _now += TimeSpan.FromMilliseconds(4);
        var started = Write(EventType.WorkflowTaskStarted, e =>
            e.WorkflowTaskStartedEventAttributes = new() { ScheduledEventId = scheduled, Identity = "4711@shop" });
        _now += TimeSpan.FromMilliseconds(12);
        return Write(EventType.WorkflowTaskCompleted, e =>
            e.WorkflowTaskCompletedEventAttributes = new() { ScheduledEventId = scheduled, StartedEventId = started, Identity = "4711@shop" });
    }

    public long WorkflowTaskFailed(string message)
    {
        var scheduled = Write(EventType.WorkflowTaskScheduled, e =>
            e.WorkflowTaskScheduledEventAttributes = new() { TaskQueue = new() { Name = "orders" }, Attempt = 1 });
        var started = Write(EventType.WorkflowTaskStarted, e =>
            e.WorkflowTaskStartedEventAttributes = new() { ScheduledEventId = scheduled, Identity = "4711@shop" });
        return Write(EventType.WorkflowTaskFailed, e => e.WorkflowTaskFailedEventAttributes = new()
        {
            ScheduledEventId = scheduled,
            StartedEventId = started,
            Cause = WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure,
            Failure = ApplicationFailure("InvalidOperationException", message),
        });
    }

    public long ActivityScheduled(string type, params object?[] input) => Write(EventType.ActivityTaskScheduled, e =>
        e.ActivityTaskScheduledEventAttributes = new()
        {
            ActivityId = Events.Count.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ActivityType = new() { Name = type },
            Input = Values(input),
            TaskQueue = new() { Name = "orders" },
            StartToCloseTimeout = Duration.FromTimeSpan(TimeSpan.FromMinutes(5)),
        });

    public long ActivityStarted(long scheduled, int attempt = 1, Failure? lastFailure = null) => Write(EventType.ActivityTaskStarted, e =>
        e.ActivityTaskStartedEventAttributes = new() { ScheduledEventId = scheduled, Attempt = attempt, LastFailure = lastFailure, Identity = "4711@shop" });

    public long ActivityCompleted(long scheduled, long started, params object?[] result) => Write(EventType.ActivityTaskCompleted, e =>
        e.ActivityTaskCompletedEventAttributes = new() { ScheduledEventId = scheduled, StartedEventId = started, Result = Values(result) });

    public long ActivityFailed(long scheduled, long started, Failure failure) => Write(EventType.ActivityTaskFailed, e =>
        e.ActivityTaskFailedEventAttributes = new() { ScheduledEventId = scheduled, StartedEventId = started, Failure = failure });

    public long ActivityCancelRequested(long scheduled) => Write(EventType.ActivityTaskCancelRequested, e =>
        e.ActivityTaskCancelRequestedEventAttributes = new() { ScheduledEventId = scheduled });

    public long TimerStarted(string id, TimeSpan delay) => Write(EventType.TimerStarted, e =>
        e.TimerStartedEventAttributes = new() { TimerId = id, StartToFireTimeout = Duration.FromTimeSpan(delay) });

    public long TimerFired(string id, long started) => Write(EventType.TimerFired, e =>
        e.TimerFiredEventAttributes = new() { TimerId = id, StartedEventId = started });

    public long TimerCanceled(string id, long started) => Write(EventType.TimerCanceled, e =>
        e.TimerCanceledEventAttributes = new() { TimerId = id, StartedEventId = started });

    public long Signaled(string name, params object?[] input) => Write(EventType.WorkflowExecutionSignaled, e =>
        e.WorkflowExecutionSignaledEventAttributes = new() { SignalName = name, Input = Values(input), Identity = "web@shop" });

    public long UpdateAdmitted(string id, string name) => Write(EventType.WorkflowExecutionUpdateAdmitted, e =>
        e.WorkflowExecutionUpdateAdmittedEventAttributes = new() { Request = UpdateRequest(id, name) });

    public long UpdateAccepted(string id, string name, params object?[] input) => Write(EventType.WorkflowExecutionUpdateAccepted, e =>
        e.WorkflowExecutionUpdateAcceptedEventAttributes = new()
        {
            ProtocolInstanceId = id,
            AcceptedRequest = UpdateRequest(id, name, input),
            AcceptedRequestSequencingEventId = Events.Count,
        });

    public long UpdateCompleted(string id, long accepted, Outcome outcome) => Write(EventType.WorkflowExecutionUpdateCompleted, e =>
        e.WorkflowExecutionUpdateCompletedEventAttributes = new() { Meta = new() { UpdateId = id }, AcceptedEventId = accepted, Outcome = outcome });

    public long ChildInitiated(string workflowId, string type, params object?[] input) => Write(EventType.StartChildWorkflowExecutionInitiated, e =>
        e.StartChildWorkflowExecutionInitiatedEventAttributes = new() { WorkflowId = workflowId, WorkflowType = new() { Name = type }, Input = Values(input) });

    public long ChildStarted(long initiated, string workflowId, string runId) => Write(EventType.ChildWorkflowExecutionStarted, e =>
        e.ChildWorkflowExecutionStartedEventAttributes = new()
        {
            InitiatedEventId = initiated,
            WorkflowExecution = new() { WorkflowId = workflowId, RunId = runId },
        });

    public long ChildFailed(long initiated, long started, Failure failure) => Write(EventType.ChildWorkflowExecutionFailed, e =>
        e.ChildWorkflowExecutionFailedEventAttributes = new() { InitiatedEventId = initiated, StartedEventId = started, Failure = failure });

    public long Marker(string name, string detail, object? data) => Write(EventType.MarkerRecorded, e =>
        e.MarkerRecordedEventAttributes = new() { MarkerName = name, Details = { [detail] = Values(data) } });

    public long SearchAttributesSet(string name, object? value) => Write(EventType.UpsertWorkflowSearchAttributes, e =>
        e.UpsertWorkflowSearchAttributesEventAttributes = new() { SearchAttributes = new() { IndexedFields = { [name] = Json(value) } } });

    public long Completed(params object?[] result) => Write(EventType.WorkflowExecutionCompleted, e =>
        e.WorkflowExecutionCompletedEventAttributes = new() { Result = Values(result) });

    public long Failed(Failure failure) => Write(EventType.WorkflowExecutionFailed, e =>
        e.WorkflowExecutionFailedEventAttributes = new() { Failure = failure });

    private static Request UpdateRequest(string id, string name, params object?[] input) =>
        new() { Meta = new() { UpdateId = id, Identity = "web@shop" }, Input = new() { Name = name, Args = Values(input) } };

    private long Write(EventType type, Action<HistoryEvent> attributes)
    {
        var next = new HistoryEvent { EventId = Events.Count + 1, EventType = type, EventTime = _now.ToTimestamp() };
        attributes(next);
        Events.Add(next);
        return next.EventId;
    }
}
