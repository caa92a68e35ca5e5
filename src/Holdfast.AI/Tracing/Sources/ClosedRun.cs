using System.Text.Json.Nodes;
using Holdfast.AI.Tenants;
using Holdfast.AI.Tracing.Spans;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.AI.Tracing.Sources;

/// <summary>What a closed run's history tells of it: its root span. The history does not change, so neither does the span.</summary>
/// <param name="Root">The whole run.</param>
/// <param name="ClosedAt">When it was closed.</param>
/// <param name="AskedForApproval">Whether it asked a human for something.</param>
internal sealed record ClosedRun(Observation Root, DateTimeOffset ClosedAt, bool AskedForApproval)
{
    /// <summary>Reads it. Null: the history is of a run that is not closed.</summary>
    /// <param name="payloads">The payloads of an input or a result, decoded and shown as JSON.</param>
    public static ClosedRun? Read(string @namespace, string workflowId, string runId, IEnumerable<HistoryEvent> history, Func<Temporalio.Api.Common.V1.Payloads?, JsonNode?> payloads)
    {
        HistoryEvent? first = null;
        HistoryEvent? last = null;
        var approvals = false;
        foreach (var happened in history)
        {
            first ??= happened;
            last = happened;
            approvals |= happened.WorkflowPropertiesModifiedEventAttributes?.UpsertedMemo?.Fields.ContainsKey(Approvals.ApprovalNames.Memo) is true;
        }

        if (first?.WorkflowExecutionStartedEventAttributes is not { } started || Close(last!) is not { } close)
            return null;

        var run = new TracedRun
        {
            Namespace = @namespace,
            WorkflowId = workflowId,
            RunId = runId,
            WorkflowType = started.WorkflowType?.Name ?? "",
            Tenant = Tenant(started),
        };
        var closedAt = last!.EventTime.ToDateTimeOffset();
        return new(
            new()
            {
                TraceId = run.TraceId,
                Run = run,
                SpanId = run.RootId,
                Type = ObservationType.Span,
                Name = run.WorkflowType,
                Start = first.EventTime.ToDateTimeOffset(),
                End = closedAt,
                Input = payloads(started.Input),
                Output = payloads(close.Result),
                Level = close.Level,
                StatusMessage = close.Message,
                Metadata =
                [
                    ("status", close.Status),
                    ("task_queue", started.TaskQueue?.Name),
                    ("attempt", started.Attempt > 1 ? started.Attempt.ToString(System.Globalization.CultureInfo.InvariantCulture) : null),
                    ("first_run_id", Other(started.FirstExecutionRunId)),
                    ("continued_from_run_id", Other(started.ContinuedExecutionRunId)),
                    ("continued_as_run_id", Other(close.NextRunId)),
                    ("parent_workflow_id", Other(started.ParentWorkflowExecution?.WorkflowId)),
                    ("parent_run_id", Other(started.ParentWorkflowExecution?.RunId)),
                ],
            },
            closedAt,
            approvals);

        string? Other(string? id) => string.IsNullOrEmpty(id) || id == runId ? null : id;
    }

    private static string Tenant(WorkflowExecutionStartedEventAttributes started)
    {
        if (started.SearchAttributes?.IndexedFields.TryGetValue(TenantNames.SearchAttribute, out var payload) is not true)
            return TenantNames.Default;
        return PayloadJson.Of([payload]) is JsonValue value && value.TryGetValue<string>(out var name) && name.Length > 0 ? name : TenantNames.Default;
    }

    private static (string Status, ObservationLevel Level, string? Message, Temporalio.Api.Common.V1.Payloads? Result, string? NextRunId)? Close(HistoryEvent last) => last.EventType switch
    {
        EventType.WorkflowExecutionCompleted when last.WorkflowExecutionCompletedEventAttributes is { } completed =>
            ("completed", ObservationLevel.Default, null, completed.Result, completed.NewExecutionRunId),
        EventType.WorkflowExecutionFailed when last.WorkflowExecutionFailedEventAttributes is { } failed =>
            ("failed", ObservationLevel.Error, Text(failed.Failure), null, failed.NewExecutionRunId),
        EventType.WorkflowExecutionTimedOut when last.WorkflowExecutionTimedOutEventAttributes is { } timedOut =>
            ("timed out", ObservationLevel.Error, "The workflow timed out.", null, timedOut.NewExecutionRunId),
        EventType.WorkflowExecutionTerminated when last.WorkflowExecutionTerminatedEventAttributes is { } terminated =>
            ("terminated", ObservationLevel.Error, $"Terminated: {terminated.Reason}", null, null),
        EventType.WorkflowExecutionCanceled => ("canceled", ObservationLevel.Warning, "The workflow was cancelled.", null, null),
        EventType.WorkflowExecutionContinuedAsNew when last.WorkflowExecutionContinuedAsNewEventAttributes is { } continued =>
            ("continued as new", ObservationLevel.Default, null, null, continued.NewExecutionRunId),
        _ => null,
    };

    private static string Text(Failure? failure)
    {
        var messages = new List<string>();
        for (; failure is not null && messages.Count < 5; failure = failure.Cause)
            messages.Add(failure.Message);
        return string.Join(": ", messages);
    }
}
