using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.AI.Chat;
using Holdfast.AI.Models;
using Holdfast.AI.Tenants;
using Holdfast.AI.Tracing.Outbox;
using Holdfast.AI.Tracing.Spans;
using Temporalio.Activities;
using Temporalio.Exceptions;
using Temporalio.Worker.Interceptors;

namespace Holdfast.AI.Tracing.Sources;

/// <summary>
/// One span for each attempt of an activity. It is on disk, as begun, before the activity runs, and complete before its outcome is reported to the
/// server: whatever the server knows to be done was traced, and what a crash cut off is told as cut off by whoever comes next.
/// </summary>
internal sealed class ActivityTracer(SpanWriter writer, SpanEncoder encoder, RunTenants tenants, LangfuseOptions options, TimeProvider time)
{
    public async Task<object?> RunAsync(ExecuteActivityInput input, Func<Task<object?>> run)
    {
        var activity = ActivityExecutionContext.Current;
        if (activity.Info is not { WorkflowId: { } workflow, WorkflowRunId: { } runId } info)
            return await run();

        var tenant = await TenantAsync(activity);
        // Nobody knows to whose project it would go, and to another's it must not.
        if (tenant is null && options.TenantProjects.Count > 0)
            return await run();

        var traced = new TracedRun
        {
            Namespace = info.Namespace,
            WorkflowId = workflow,
            RunId = runId,
            WorkflowType = info.WorkflowType ?? "",
            Tenant = tenant ?? "unknown",
        };
        // What a model was asked and answered is told by its generations.
        var isModelCall = info.ActivityType == ChatActivity.Name;
        var begun = new Observation
        {
            TraceId = traced.TraceId,
            Run = traced,
            SpanId = TraceIds.ActivityOf(info.Namespace, workflow, runId, info.ActivityId, info.Attempt),
            ParentId = traced.RootId,
            Type = isModelCall ? ObservationType.Chain : ToolHeader.IsOn(input.Headers) ? ObservationType.Tool : ObservationType.Span,
            Name = info.ActivityType,
            Start = time.GetUtcNow(),
            End = time.GetUtcNow(),
            Input = isModelCall ? null : Json(activity, input.Args),
            Level = ObservationLevel.Warning,
            StatusMessage = "Cut off: how this attempt ended is not known.",
            Metadata =
            [
                ("activity_id", info.ActivityId),
                ("attempt", info.Attempt.ToString(CultureInfo.InvariantCulture)),
                ("task_queue", info.TaskQueue),
                ("local", info.IsLocal ? "true" : null),
            ],
        };
        if (info.Attempt > 1)
            await writer.WriteAsync(new OutboxEntry.AttemptsLost(begun.TraceId, info.ActivityId, info.Attempt));
        await writer.WriteAsync(new OutboxEntry.Begun(begun.TraceId, begun.SpanId, info.ActivityId, info.Attempt, encoder.Encode(begun)) { Project = options.ProjectOf(tenant) });

        try
        {
            var result = await run();
            await EndAsync(begun with
            {
                Level = ObservationLevel.Default,
                StatusMessage = null,
                Output = isModelCall || result is ValueTuple ? null : Json(activity, [result]),
            });
            return result;
        }
        catch (CompleteAsyncException)
        {
            await EndAsync(begun with { Level = ObservationLevel.Default, StatusMessage = "It is completed from elsewhere." });
            throw;
        }
        catch (Exception exception)
        {
            await EndAsync(begun with
            {
                Level = exception is OperationCanceledException || TemporalException.IsCanceledException(exception) ? ObservationLevel.Warning : ObservationLevel.Error,
                StatusMessage = exception is ApplicationFailureException { ErrorType: { Length: > 0 } type } ? $"{type}: {exception.Message}" : $"{exception.GetType().Name}: {exception.Message}",
            });
            throw;
        }
    }

    private Task EndAsync(Observation ended)
    {
        ended = ended with { End = time.GetUtcNow() };
        return writer.WriteAsync(new OutboxEntry.Ended(ended.TraceId, ended.SpanId, encoder.Encode(ended)) { Project = options.ProjectOf(ended.Run!.Tenant) });
    }

    private async Task<string?> TenantAsync(ActivityExecutionContext activity)
    {
        try
        {
            return await tenants.OfAsync(activity, activity.CancellationToken);
        }
        catch (Exception exception) when (exception is ModelException or OperationCanceledException)
        {
            // Whoever needs to know it asks again and fails; a trace can do without.
            return null;
        }
    }

    // As the history holds it.
    private static JsonNode? Json(ActivityExecutionContext activity, IReadOnlyCollection<object?> values)
    {
        try
        {
            return PayloadJson.Of([.. values.Select(activity.PayloadConverter.ToPayload)]);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The activity itself will say what is wrong with its values.
            return "[not readable]";
        }
    }
}
