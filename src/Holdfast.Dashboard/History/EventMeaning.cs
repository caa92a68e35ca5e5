using System.Text.Json;
using Holdfast.Dashboard.Decoding;
using Holdfast.Dashboard.Text;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Dashboard.History;

/// <summary>What each event type means for the timeline.</summary>
internal static class EventMeaning
{
    // By these fields an event names the one that began what it continues, best first: an activity's end names both its
    // scheduling and its start.
    private static readonly string[] OpenerFields =
        ["accepted_event_id", "scheduled_event_id", "initiated_event_id", "started_event_id"];

    /// <summary>The id of the event that began what this event continues or ends; null if it begins something itself.</summary>
    public static long? OpenerOf(HistoryEvent e)
    {
        var attributes = EventAttributes.Of(e);
        foreach (var name in OpenerFields)
        {
            if (EventAttributes.Field<long>(attributes, name) is > 0 and var id)
                return id;
        }

        return null;
    }

    public static TimelineKind KindOf(HistoryEvent e) => Of(e.EventType).Kind;

    /// <summary>What state an event brings its row to. An event in the middle leaves it open.</summary>
    public static TimelineState StateOf(HistoryEvent e) => Of(e.EventType).State switch
    {
        // An update fails within its outcome, not by an event type of its own.
        TimelineState.Completed when e.WorkflowExecutionUpdateCompletedEventAttributes?.Outcome?.Failure is not null => TimelineState.Failed,
        var state => state,
    };

    public static bool ClosesRun(EventType type) => type is EventType.WorkflowExecutionCompleted
        or EventType.WorkflowExecutionFailed or EventType.WorkflowExecutionTimedOut or EventType.WorkflowExecutionCanceled
        or EventType.WorkflowExecutionTerminated or EventType.WorkflowExecutionContinuedAsNew;

    public static string TitleOf(HistoryEvent e) => Title(e) is { Length: > 0 } title ? title : NameOf(e.EventType);

    private static string? Title(HistoryEvent e) => e.EventType switch
    {
        EventType.ActivityTaskScheduled => e.ActivityTaskScheduledEventAttributes?.ActivityType?.Name,
        EventType.TimerStarted => $"Timer {e.TimerStartedEventAttributes?.TimerId}",
        EventType.WorkflowExecutionSignaled => e.WorkflowExecutionSignaledEventAttributes?.SignalName,
        EventType.WorkflowExecutionUpdateAdmitted => e.WorkflowExecutionUpdateAdmittedEventAttributes?.Request?.Input?.Name,
        EventType.WorkflowExecutionUpdateAccepted => e.WorkflowExecutionUpdateAcceptedEventAttributes?.AcceptedRequest?.Input?.Name,
        EventType.StartChildWorkflowExecutionInitiated => e.StartChildWorkflowExecutionInitiatedEventAttributes?.WorkflowType?.Name,
        EventType.SignalExternalWorkflowExecutionInitiated => $"Send signal {e.SignalExternalWorkflowExecutionInitiatedEventAttributes?.SignalName}",
        EventType.RequestCancelExternalWorkflowExecutionInitiated => "Ask another workflow to cancel",
        EventType.NexusOperationScheduled =>
            $"{e.NexusOperationScheduledEventAttributes?.Service}.{e.NexusOperationScheduledEventAttributes?.Operation}",
        EventType.MarkerRecorded when e.MarkerRecordedEventAttributes is { } marker => MarkerTitle(marker),
        EventType.WorkflowTaskScheduled => "Workflow task",
        EventType.WorkflowExecutionStarted => "Workflow started",
        EventType.WorkflowExecutionCompleted => "Workflow completed",
        EventType.WorkflowExecutionFailed => "Workflow failed",
        EventType.WorkflowExecutionTimedOut => "Workflow timed out",
        EventType.WorkflowExecutionCanceled => "Workflow canceled",
        EventType.WorkflowExecutionTerminated => "Workflow terminated",
        EventType.WorkflowExecutionContinuedAsNew => "Continued as a new run",
        EventType.WorkflowExecutionCancelRequested => "Cancel requested",
        EventType.WorkflowExecutionPaused => "Workflow paused",
        EventType.WorkflowExecutionUnpaused => "Workflow unpaused",
        EventType.WorkflowExecutionOptionsUpdated => "Options updated",
        EventType.UpsertWorkflowSearchAttributes => "Search attributes set",
        EventType.WorkflowPropertiesModified => "Memo changed",
        _ => null,
    };

    /// <summary>What the title leaves open, with what the workflow's author wrote for this very place, if anything.</summary>
    public static string DetailOf(HistoryEvent e)
    {
        var own = e.UserMetadata?.Summary is { } summary ? PayloadDecoder.OneLine(summary) : "";
        var detail = Detail(e);
        return own.Length == 0 ? detail : detail.Length == 0 ? own : $"{detail} · {own}";
    }

    private static string Detail(HistoryEvent e)
    {
        return e.EventType switch
        {
            EventType.TimerStarted when e.TimerStartedEventAttributes?.StartToFireTimeout is { } delay => DurationText.Of(delay.ToTimeSpan()),
            EventType.StartChildWorkflowExecutionInitiated => e.StartChildWorkflowExecutionInitiatedEventAttributes?.WorkflowId ?? "",
            EventType.SignalExternalWorkflowExecutionInitiated =>
                "to " + e.SignalExternalWorkflowExecutionInitiatedEventAttributes?.WorkflowExecution?.WorkflowId,
            EventType.RequestCancelExternalWorkflowExecutionInitiated =>
                e.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes?.WorkflowExecution?.WorkflowId ?? "",
            EventType.WorkflowExecutionStarted => e.WorkflowExecutionStartedEventAttributes?.WorkflowType?.Name ?? "",
            EventType.WorkflowExecutionSignaled => From(e.WorkflowExecutionSignaledEventAttributes?.Identity ?? ""),
            EventType.WorkflowExecutionTerminated => e.WorkflowExecutionTerminatedEventAttributes?.Reason ?? "",
            EventType.WorkflowExecutionCancelRequested => e.WorkflowExecutionCancelRequestedEventAttributes?.Cause ?? "",
            EventType.WorkflowExecutionPaused => e.WorkflowExecutionPausedEventAttributes?.Reason ?? "",
            EventType.UpsertWorkflowSearchAttributes =>
                Pairs(e.UpsertWorkflowSearchAttributesEventAttributes?.SearchAttributes?.IndexedFields),
            EventType.WorkflowPropertiesModified =>
                string.Join(", ", e.WorkflowPropertiesModifiedEventAttributes?.UpsertedMemo?.Fields.Keys ?? Enumerable.Empty<string>()),
            _ => "",
        };
    }

    public static Failure? FailureOf(HistoryEvent e) =>
        e.WorkflowExecutionUpdateCompletedEventAttributes?.Outcome?.Failure
        ?? EventAttributes.Field<Failure>(EventAttributes.Of(e), "failure")
        ?? EventAttributes.Field<Failure>(EventAttributes.Of(e), "last_failure");

    /// <summary>The other run that an event tells of: a child that started, the next run of this workflow.</summary>
    public static (string WorkflowId, string RunId)? TargetOf(HistoryEvent e)
    {
        if (e.ChildWorkflowExecutionStartedEventAttributes?.WorkflowExecution is { } child)
            return (child.WorkflowId, child.RunId);
        return EventAttributes.Field<string>(EventAttributes.Of(e), "new_execution_run_id") is { Length: > 0 } next ? ("", next) : null;
    }

    public static string? UpdateIdOf(HistoryEvent e) =>
        e.WorkflowExecutionUpdateAdmittedEventAttributes?.Request?.Meta?.UpdateId
        ?? e.WorkflowExecutionUpdateAcceptedEventAttributes?.ProtocolInstanceId
        ?? e.WorkflowExecutionUpdateRejectedEventAttributes?.ProtocolInstanceId;

    /// <summary>An event type's name in words: "Activity task scheduled".</summary>
    public static string NameOf(EventType type) =>
        Enum.IsDefined(type) ? Words(type.ToString()) : $"Event of unknown type {(int)type}";

    /// <summary>A name of the protocol in words: "CancelRequested" becomes "Cancel requested".</summary>
    public static string Words(string name) =>
        string.Concat(name.Select((letter, i) => i > 0 && char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{letter}"));

    private static string From(string identity) => identity.Length == 0 ? "" : "from " + identity;

    private static string Pairs(IEnumerable<KeyValuePair<string, Payload>>? fields) =>
        string.Join(", ", (fields ?? []).Select(field => $"{field.Key} = {PayloadDecoder.OneLine(field.Value, 60)}"));

    // The SDKs' common core records local activities and patches as markers whose data is JSON of its own.
    private static string MarkerTitle(MarkerRecordedEventAttributes marker) => marker.MarkerName switch
    {
        "core_local_activity" => DataField(marker, "activity_type") is { } type ? $"Local activity {type}" : "Local activity",
        "core_patch" => DataField(marker, "id") is { } id ? $"Patch {id}" : "Patch",
        var name => $"Marker {name}",
    };

    private static string? DataField(MarkerRecordedEventAttributes marker, string name)
    {
        var payload = marker.Details.Values.SelectMany(details => details.Payloads_).FirstOrDefault();
        if (payload is null)
            return null;

        try
        {
            using var data = JsonDocument.Parse(payload.Data.Memory);
            return data.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty(name, out var value)
                ? value.ToString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // No default arm: an event type that a newer protocol brings must be thought about here. One that only the wire brings
    // is an instant of the workflow.
#pragma warning disable CS8524
    private static (TimelineKind Kind, TimelineState State) Of(EventType type) => !Enum.IsDefined(type)
        ? (TimelineKind.Workflow, TimelineState.Instant)
        : type switch
        {
            EventType.Unspecified => (TimelineKind.Workflow, TimelineState.Instant),
            EventType.WorkflowExecutionStarted => (TimelineKind.Workflow, TimelineState.Instant),
            EventType.WorkflowExecutionCompleted => (TimelineKind.Workflow, TimelineState.Completed),
            EventType.WorkflowExecutionFailed => (TimelineKind.Workflow, TimelineState.Failed),
            EventType.WorkflowExecutionTimedOut => (TimelineKind.Workflow, TimelineState.TimedOut),
            EventType.WorkflowExecutionCanceled => (TimelineKind.Workflow, TimelineState.Canceled),
            EventType.WorkflowExecutionTerminated => (TimelineKind.Workflow, TimelineState.Terminated),
            EventType.WorkflowExecutionContinuedAsNew => (TimelineKind.Workflow, TimelineState.Completed),
            EventType.WorkflowExecutionCancelRequested => (TimelineKind.Workflow, TimelineState.Instant),
            EventType.WorkflowExecutionPaused => (TimelineKind.Workflow, TimelineState.Instant),
            EventType.WorkflowExecutionUnpaused => (TimelineKind.Workflow, TimelineState.Instant),
            EventType.WorkflowExecutionTimeSkippingTransitioned => (TimelineKind.Workflow, TimelineState.Instant),
            EventType.WorkflowTaskScheduled => (TimelineKind.WorkflowTask, TimelineState.Open),
            EventType.WorkflowTaskStarted => (TimelineKind.WorkflowTask, TimelineState.Open),
            EventType.WorkflowTaskCompleted => (TimelineKind.WorkflowTask, TimelineState.Completed),
            EventType.WorkflowTaskTimedOut => (TimelineKind.WorkflowTask, TimelineState.TimedOut),
            EventType.WorkflowTaskFailed => (TimelineKind.WorkflowTask, TimelineState.Failed),
            EventType.ActivityTaskScheduled => (TimelineKind.Activity, TimelineState.Open),
            EventType.ActivityTaskStarted => (TimelineKind.Activity, TimelineState.Open),
            EventType.ActivityTaskCompleted => (TimelineKind.Activity, TimelineState.Completed),
            EventType.ActivityTaskFailed => (TimelineKind.Activity, TimelineState.Failed),
            EventType.ActivityTaskTimedOut => (TimelineKind.Activity, TimelineState.TimedOut),
            EventType.ActivityTaskCancelRequested => (TimelineKind.Activity, TimelineState.Open),
            EventType.ActivityTaskCanceled => (TimelineKind.Activity, TimelineState.Canceled),
            EventType.ActivityPropertiesModifiedExternally => (TimelineKind.Activity, TimelineState.Open),
            EventType.TimerStarted => (TimelineKind.Timer, TimelineState.Open),
            EventType.TimerFired => (TimelineKind.Timer, TimelineState.Completed),
            EventType.TimerCanceled => (TimelineKind.Timer, TimelineState.Canceled),
            EventType.WorkflowExecutionSignaled => (TimelineKind.Signal, TimelineState.Instant),
            EventType.WorkflowExecutionUpdateAdmitted => (TimelineKind.Update, TimelineState.Open),
            EventType.WorkflowExecutionUpdateAccepted => (TimelineKind.Update, TimelineState.Open),
            EventType.WorkflowExecutionUpdateRejected => (TimelineKind.Update, TimelineState.Failed),
            EventType.WorkflowExecutionUpdateCompleted => (TimelineKind.Update, TimelineState.Completed),
            EventType.StartChildWorkflowExecutionInitiated => (TimelineKind.ChildWorkflow, TimelineState.Open),
            EventType.StartChildWorkflowExecutionFailed => (TimelineKind.ChildWorkflow, TimelineState.Failed),
            EventType.ChildWorkflowExecutionStarted => (TimelineKind.ChildWorkflow, TimelineState.Open),
            EventType.ChildWorkflowExecutionCompleted => (TimelineKind.ChildWorkflow, TimelineState.Completed),
            EventType.ChildWorkflowExecutionFailed => (TimelineKind.ChildWorkflow, TimelineState.Failed),
            EventType.ChildWorkflowExecutionCanceled => (TimelineKind.ChildWorkflow, TimelineState.Canceled),
            EventType.ChildWorkflowExecutionTimedOut => (TimelineKind.ChildWorkflow, TimelineState.TimedOut),
            EventType.ChildWorkflowExecutionTerminated => (TimelineKind.ChildWorkflow, TimelineState.Terminated),
            EventType.SignalExternalWorkflowExecutionInitiated => (TimelineKind.External, TimelineState.Open),
            EventType.SignalExternalWorkflowExecutionFailed => (TimelineKind.External, TimelineState.Failed),
            EventType.ExternalWorkflowExecutionSignaled => (TimelineKind.External, TimelineState.Completed),
            EventType.RequestCancelExternalWorkflowExecutionInitiated => (TimelineKind.External, TimelineState.Open),
            EventType.RequestCancelExternalWorkflowExecutionFailed => (TimelineKind.External, TimelineState.Failed),
            EventType.ExternalWorkflowExecutionCancelRequested => (TimelineKind.External, TimelineState.Completed),
            EventType.NexusOperationScheduled => (TimelineKind.NexusOperation, TimelineState.Open),
            EventType.NexusOperationStarted => (TimelineKind.NexusOperation, TimelineState.Open),
            EventType.NexusOperationCompleted => (TimelineKind.NexusOperation, TimelineState.Completed),
            EventType.NexusOperationFailed => (TimelineKind.NexusOperation, TimelineState.Failed),
            EventType.NexusOperationCanceled => (TimelineKind.NexusOperation, TimelineState.Canceled),
            EventType.NexusOperationTimedOut => (TimelineKind.NexusOperation, TimelineState.TimedOut),
            EventType.NexusOperationCancelRequested => (TimelineKind.NexusOperation, TimelineState.Open),
            EventType.NexusOperationCancelRequestCompleted => (TimelineKind.NexusOperation, TimelineState.Open),
            EventType.NexusOperationCancelRequestFailed => (TimelineKind.NexusOperation, TimelineState.Open),
            EventType.MarkerRecorded => (TimelineKind.Marker, TimelineState.Instant),
            EventType.UpsertWorkflowSearchAttributes => (TimelineKind.Properties, TimelineState.Instant),
            EventType.WorkflowPropertiesModified => (TimelineKind.Properties, TimelineState.Instant),
            EventType.WorkflowPropertiesModifiedExternally => (TimelineKind.Properties, TimelineState.Instant),
            EventType.WorkflowExecutionOptionsUpdated => (TimelineKind.Properties, TimelineState.Instant),
        };
#pragma warning restore CS8524
}
