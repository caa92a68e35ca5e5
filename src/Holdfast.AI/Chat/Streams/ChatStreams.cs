using System.Globalization;
using System.Runtime.CompilerServices;

namespace Holdfast.AI.Chat;

/// <summary>
/// Where readers watch answers while they are written. It lives in the worker's process, beside the history, which holds final answers only:
/// what is lost here with the process is written again by the retry.
/// </summary>
/// <remarks>
/// One stream per workflow holds its newest events; readers pull from it at their own pace, so a slow one costs nothing and may find that it has to
/// start over. Memory is bounded by the number of streams and the length of each.
/// </remarks>
public sealed class ChatStreams
{
    // Together with a stream's own bound some hundred megabytes in the very worst case; usual answers have a few kilobytes.
    private const int MaxStreams = 1_000;

    private readonly Lock gate = new();
    private readonly Dictionary<(string Namespace, string WorkflowId), ChatStream> streams = [];
    private readonly TimeProvider time;
    private readonly string epoch;
    private long opened;

    public ChatStreams(TimeProvider time)
    {
        this.time = time;
        // Positions in a stream of another process, or one that was let go, must not be taken for positions in this one.
        epoch = string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow().UtcTicks:x}{Environment.ProcessId:x}");
    }

    /// <summary>What happens in a workflow's model calls, from the oldest event that is kept, or after <paramref name="after"/>. Ends only when cancelled, or with the stream when there are too many.</summary>
    /// <param name="after">The id of the last event that was read; null: none was.</param>
    public async IAsyncEnumerable<ChatStreamEvent> ReadAsync(
        string workflowId, string? after = null, string @namespace = "default", [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var read in ReadAsync(workflowId, after, @namespace, Timeout.InfiniteTimeSpan, cancellationToken))
        {
            if (read is not null)
                yield return read;
        }
    }

    /// <summary>The same, with a null whenever nothing happened for as long as <paramref name="pause"/>.</summary>
    internal async IAsyncEnumerable<ChatStreamEvent?> ReadAsync(
        string workflowId, string? after, string @namespace, TimeSpan pause, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = Stream(@namespace, workflowId);
        var next = Position(after, stream.Epoch);
        var first = after is null;
        while (true)
        {
            var (events, continues, more) = stream.From(next ?? 0);
            if (!first && (next is null || !continues))
                yield return new() { Id = stream.Position(events.Count > 0 ? events[0].Offset : 0), Kind = ChatStreamEventKind.Reset };
            first = false;
            next ??= 0;
            foreach (var (offset, happened) in events)
            {
                yield return happened;
                next = offset + 1;
            }

            if (events.Count > 0)
                continue;
            if (more is null)
                yield break;

            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var paused = Task.Delay(pause, time, waiting.Token);
            var ended = await Task.WhenAny(more, paused);
            cancellationToken.ThrowIfCancellationRequested();
            await waiting.CancelAsync();
            if (ended == paused)
                yield return null;
        }
    }

    /// <summary>Where one attempt of a model call writes.</summary>
    internal ChatStreamWriter Write(string @namespace, string workflowId, string call, int attempt, string model) =>
        new(Stream(@namespace, workflowId), call, attempt, model);

    // The offset to go on at; null when the position is not one of this stream.
    private static long? Position(string? after, string epoch)
    {
        if (after is null)
            return 0;

        var dash = after.LastIndexOf('-');
        return dash == epoch.Length && after.StartsWith(epoch, StringComparison.Ordinal)
            && long.TryParse(after.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? offset
            : null;
    }

    private ChatStream Stream(string @namespace, string workflowId)
    {
        lock (gate)
        {
            if (streams.TryGetValue((@namespace, workflowId), out var known))
            {
                known.UsedAt = time.GetTimestamp();
                return known;
            }

            if (streams.Count >= MaxStreams)
            {
                var oldest = streams.MinBy(stream => (stream.Value.IsWritten, stream.Value.UsedAt));
                streams.Remove(oldest.Key);
                oldest.Value.Close();
            }

            return streams[(@namespace, workflowId)] = new($"{epoch}.{++opened:x}") { UsedAt = time.GetTimestamp() };
        }
    }
}
