using System.Globalization;
using Holdfast.AI.Approvals;
using Holdfast.AI.Database;
using Holdfast.AI.Tracing.Outbox;
using Holdfast.AI.Tracing.Spans;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Holdfast.AI.Tracing.Sources;

/// <summary>
/// Writes the root span of each run that is closed, however it was closed, and its approvals. Both come from the run itself, by the public
/// protocol: workflow code never writes spans, because it is replayed.
/// </summary>
/// <remarks>
/// It looks through the closed runs of a task queue in the order of their closing and notes how far it came. Runs that were closed while no
/// worker ran are found at the next start.
/// </remarks>
internal sealed partial class RunTracer(
    SpanOutbox outbox, SpanWriter writer, SpanEncoder encoder, ApprovalTrace approvals, LangfuseOptions options, TimeProvider time, ILogger<RunTracer>? logger = null)
{
    // A server's list may show a closed run a little late.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan QueryPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly ILogger logger = logger ?? NullLogger<RunTracer>.Instance;

    /// <summary>Looks again and again until it is cancelled.</summary>
    public async Task RunAsync(ITemporalClient client, string taskQueue, CancellationToken cancellationToken)
    {
        var pause = options.ClosedRunsInterval;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(client, taskQueue, cancellationToken);
                pause = options.ClosedRunsInterval;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is RpcException or SqliteException or AIDatabaseException or IOException)
            {
                LogLater(logger, taskQueue, exception.Message);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await Task.Delay(pause, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Writes the spans of the runs that were closed since the last look.</summary>
    public async Task LookAsync(ITemporalClient client, string taskQueue, CancellationToken cancellationToken)
    {
        var note = $"closed until: {client.Options.Namespace}/{taskQueue}";
        var reached = outbox.Note(note);
        if (reached == 0)
        {
            // The first time ever: what was closed before is not told.
            reached = time.GetUtcNow().ToUnixTimeMilliseconds();
            outbox.Note(note, reached);
        }

        var since = DateTimeOffset.FromUnixTimeMilliseconds(reached) - Overlap;
        var query = string.Create(
            CultureInfo.InvariantCulture,
            $"TaskQueue = '{taskQueue.Replace("'", "''", StringComparison.Ordinal)}' AND CloseTime >= '{since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}'");
        var newest = reached;
        await foreach (var run in client.ListWorkflowsAsync(query, new() { Rpc = new() { CancellationToken = cancellationToken } }).WithCancellation(cancellationToken))
        {
            if (run.CloseTime is not { } closed)
                continue;
            newest = Math.Max(newest, new DateTimeOffset(closed, TimeSpan.Zero).ToUnixTimeMilliseconds());
            if (!outbox.Knows(ItemKind.Span, TraceIds.TraceOf(client.Options.Namespace, run.Id, run.RunId), TraceIds.RootOf(client.Options.Namespace, run.Id, run.RunId)))
                await TraceAsync(client, run.Id, run.RunId, cancellationToken);
        }

        if (newest > reached)
            outbox.Note(note, newest);
    }

    private async Task TraceAsync(ITemporalClient client, string workflowId, string runId, CancellationToken cancellationToken)
    {
        try
        {
            var handle = client.GetWorkflowHandle(workflowId, runId);
            var history = new List<HistoryEvent>();
            await foreach (var happened in handle.FetchHistoryEventsAsync(new() { Rpc = new() { CancellationToken = cancellationToken } }).WithCancellation(cancellationToken))
            {
                // What is needed of it, and no more: a history may be large.
                if (history.Count == 0 || happened.EventType is EventType.WorkflowPropertiesModified || IsClose(happened.EventType))
                    history.Add(happened);
            }

            foreach (var payloads in history.Select(Payloads).OfType<Payloads>())
                await DecodeAsync(client.Options.DataConverter, payloads);
            if (ClosedRun.Read(client.Options.Namespace, workflowId, runId, history, payloads => PayloadJson.Of(payloads?.Payloads_ ?? [])) is not { } run)
                return;

            var entries = new List<OutboxEntry> { new OutboxEntry.RunClosed(run.Root.TraceId) };
            if (run.AskedForApproval)
                entries.AddRange((await ApprovalsAsync(handle, cancellationToken)).SelectMany(approval => approvals.Of(run, approval)));
            // The root last: a run whose root is known is done.
            entries.Add(new OutboxEntry.Ended(run.Root.TraceId, run.Root.SpanId, encoder.Encode(run.Root)) { Project = options.ProjectOf(run.Root.Run!.Tenant) });
            foreach (var entry in entries)
                await writer.WriteAsync(entry);
        }
        catch (RpcException exception) when (exception.Code is RpcException.StatusCode.NotFound)
        {
            // Deleted meanwhile.
        }
    }

    // By the query and not from events: it tells as well what expired, and what was decided by a signal or by several people.
    private async Task<IReadOnlyList<ApprovalView>> ApprovalsAsync(WorkflowHandle handle, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(QueryPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await handle.QueryAsync<ApprovalView[]>(ApprovalNames.ListQuery, [], new() { Rpc = new() { CancellationToken = either.Token } });
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested
            && exception is WorkflowQueryFailedException or WorkflowQueryRejectedException or RpcException or OperationCanceledException)
        {
            LogNoApprovals(logger, handle.Id, handle.RunId, exception.Message);
            return [];
        }
    }

    private static bool IsClose(EventType type) => type is EventType.WorkflowExecutionCompleted or EventType.WorkflowExecutionFailed
        or EventType.WorkflowExecutionTimedOut or EventType.WorkflowExecutionTerminated or EventType.WorkflowExecutionCanceled or EventType.WorkflowExecutionContinuedAsNew;

    private static Payloads? Payloads(HistoryEvent happened) =>
        happened.WorkflowExecutionStartedEventAttributes?.Input ?? happened.WorkflowExecutionCompletedEventAttributes?.Result;

    private static async Task DecodeAsync(DataConverter converter, Payloads payloads)
    {
        if (converter.PayloadCodec is not { } codec || payloads.Payloads_.Count == 0)
            return;

        Payload[] decoded = [.. await codec.DecodeAsync([.. payloads.Payloads_])];
        payloads.Payloads_.Clear();
        payloads.Payloads_.AddRange(decoded);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The closed runs of task queue {TaskQueue} cannot be looked through for their traces, and will be later: {Problem}")]
    private static partial void LogLater(ILogger logger, string taskQueue, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The approvals of workflow {WorkflowId}, run {RunId}, cannot be read and are missing from its trace: {Problem}")]
    private static partial void LogNoApprovals(ILogger logger, string workflowId, string? runId, string problem);
}
