using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Holdfast.AI.Database;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.AI.Tracing.Outbox;

/// <summary>
/// Sends what waits in the outbox: one request at a time, the same bytes again until they are taken. Of all processes that share the
/// database one sends.
/// </summary>
/// <param name="project">What goes there is sent: see <see cref="LangfuseOptions.ProjectOf"/>. Each project has an exporter of its own, so that one holds up no other.</param>
internal sealed partial class OutboxExporter(
    SpanOutbox outbox, SpanWriter writer, LangfuseClient langfuse, LangfuseOptions options, TimeProvider time, ILogger<OutboxExporter>? logger = null, string project = "") : IDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(5);

    /// <summary>The longest wait that Langfuse may ask for.</summary>
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    /// <summary>Between tries while a person has to change something.</summary>
    internal static readonly TimeSpan NotAllowedRetry = TimeSpan.FromMinutes(15);

    /// <summary>How often another process's entries are looked for, and whether the process that sends is still there.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    /// <summary>How long is remembered what was sent: longer than an activity is tried again.</summary>
    internal static readonly TimeSpan Memory = TimeSpan.FromDays(60);

    private static readonly TimeSpan PruneInterval = TimeSpan.FromHours(1);

    // So many single spans refused in a row, and none taken: then it is not the spans that are wrong.
    private const int MaxRefusedInARow = 10;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ILogger logger = logger ?? NullLogger<OutboxExporter>.Instance;
    private readonly SemaphoreSlim stepping = new(1, 1);
    private FileStream? held;
    private int failures;
    private int refusedInARow;
    private DateTimeOffset prunedAt;
    private volatile string? problem;

    /// <summary>Why nothing is sent at the moment; null: nothing is in the way.</summary>
    public string? Problem => problem;

    /// <summary>Sends until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var bell = new SemaphoreSlim(0, 1);
        void Ring()
        {
            // Rung already: it is heard once for both.
            try
            {
                bell.Release();
            }
            catch (SemaphoreFullException)
            {
            }
        }

        writer.Written += Ring;
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var wait = await StepAsync(cancellationToken);
                if (wait is { } delay)
                {
                    await Task.Delay(delay, time, cancellationToken);
                    continue;
                }

                using var look = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(bell.WaitAsync(look.Token), Task.Delay(Look, time, look.Token));
                await look.CancelAsync();
                await Task.Delay(options.FlushInterval, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped: what was not sent waits on disk.
        }
        finally
        {
            writer.Written -= Ring;
            Dispose();
        }
    }

    /// <summary>Sends what waits, until nothing waits, something is in the way, or it is cancelled.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await StepAsync(cancellationToken) == TimeSpan.Zero)
            {
            }
        }
        catch (OperationCanceledException)
        {
            // It waits on disk.
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Lets another process send.</summary>
    public void Dispose()
    {
        held?.Dispose();
        held = null;
    }

    /// <summary>Sends one batch, if there is one.</summary>
    /// <returns>How long to wait before the next step; null: until something new waits.</returns>
    internal async Task<TimeSpan?> StepAsync(CancellationToken cancellationToken)
    {
        // Several workers of one process share this exporter.
        await stepping.WaitAsync(cancellationToken);
        try
        {
            if (!Hold())
                return null;

            Prune();
            if (outbox.Next(project, Envelope) is not { } batch)
                return null;
            return await SendAsync(batch, cancellationToken);
        }
        catch (Exception exception) when (exception is SqliteException or AIDatabaseException or IOException)
        {
            return Failed($"The AI database cannot be used: {exception.Message}", null);
        }
        finally
        {
            stepping.Release();
        }
    }

    private async Task<TimeSpan?> SendAsync(ExportBatch batch, CancellationToken cancellationToken)
    {
        switch (await langfuse.SendAsync(batch, cancellationToken))
        {
            case LangfuseAnswer.Taken:
                outbox.Sent(batch, time.GetUtcNow());
                return Worked();
            case LangfuseAnswer.TakenInPart { Reasons: var refused }:
                foreach (var (item, reason) in refused)
                    SetAside(batch, item, reason);
                if (refused.Count < batch.Items.Count)
                    outbox.Sent(batch, time.GetUtcNow());
                return Worked();
            case LangfuseAnswer.Later later:
                return Failed(later.Problem, later.After);
            case LangfuseAnswer.NotAllowed { Problem: var reason }:
                return Blocked(reason);
            case LangfuseAnswer.Refused when batch.Items.Count > 1:
                outbox.Split(batch);
                return TimeSpan.Zero;
            case LangfuseAnswer.Refused { Problem: var reason }:
                if (refusedInARow >= MaxRefusedInARow)
                    return Blocked($"Langfuse takes nothing: {reason}");
                refusedInARow++;
                SetAside(batch, batch.Items[0].ItemId, reason);
                return TimeSpan.Zero;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private TimeSpan Worked()
    {
        if (problem is not null)
            LogGoesOn(logger);
        problem = null;
        failures = 0;
        refusedInARow = 0;
        return TimeSpan.Zero;
    }

    private TimeSpan Failed(string reason, TimeSpan? after)
    {
        Told(reason);
        var own = FirstRetry * Math.Pow(2, Math.Min(failures++, 10));
        var wait = own > LongestRetry ? LongestRetry : own;
        return after is not { } asked || asked < wait ? wait : asked > LongestRetryAfter ? LongestRetryAfter : asked;
    }

    private TimeSpan Blocked(string reason)
    {
        Told(reason);
        return NotAllowedRetry;
    }

    // Once, not at every try of a day.
    private void Told(string reason)
    {
        if (problem is null)
            LogWaits(logger, langfuse.Address, reason);
        problem = reason;
    }

    private void SetAside(ExportBatch batch, string item, string reason)
    {
        outbox.Refuse(batch, item, reason, time.GetUtcNow());
        LogRefused(logger, batch.Kind, item, reason);
    }

    private void Prune()
    {
        var now = time.GetUtcNow();
        if (now - prunedAt < PruneInterval)
            return;
        if (!outbox.Prune(now - Memory))
            prunedAt = now;
    }

    // The operating system lets go of it however the process ends.
    private bool Hold()
    {
        if (held is not null)
            return true;
        try
        {
            held = new(outbox.ExporterLockFile(project), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private (byte[] Head, byte[] Tail) Envelope(ItemKind kind)
    {
        if (kind is ItemKind.Score)
            return ("{\"batch\":["u8.ToArray(), "]}"u8.ToArray());

        var service = JsonSerializer.Serialize(options.ServiceName, Plain);
        var version = typeof(OutboxExporter).Assembly.GetName().Version?.ToString(3);
        var head = $$$"""
            {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":{{{service}}}}}]},"scopeSpans":[{"scope":{"name":"Holdfast.AI","version":"{{{version}}}"},"spans":[
            """;
        return (Encoding.UTF8.GetBytes(head), "]}]}]}"u8.ToArray());
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Traces wait on disk and are not sent to {Langfuse}: {Problem}")]
    private static partial void LogWaits(ILogger logger, Uri langfuse, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "Traces are sent to Langfuse again")]
    private static partial void LogGoesOn(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "Langfuse does not take the {Kind} {Id}, which is set aside: {Problem}")]
    private static partial void LogRefused(ILogger logger, ItemKind kind, string id, string problem);
}
