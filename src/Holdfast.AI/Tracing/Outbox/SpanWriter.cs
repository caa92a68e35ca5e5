using System.Threading.Channels;
using Holdfast.AI.Database;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.AI.Tracing.Outbox;

/// <summary>
/// Writes spans down for the export. Those that come together share one transaction. Who tells of a span waits until it is on disk, so that
/// what was reported to the server as done was traced, but only so long, and hears of no failure: work is not held up for its trace.
/// </summary>
internal sealed partial class SpanWriter : IAsyncDisposable
{
    /// <summary>The longest that work waits for its trace to be on disk.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    // More at once than any worker has slots. Beyond, entries are not taken, and counted.
    private const int MaxQueued = 10_000;
    private const int MaxTogether = 500;

    private readonly SpanOutbox outbox;
    private readonly LangfuseOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Channel<(OutboxEntry Entry, TaskCompletionSource Written)> queue;
    private readonly Task writing;
    private long notWritten;

    public SpanWriter(SpanOutbox outbox, LangfuseOptions options, TimeProvider time, ILogger<SpanWriter>? logger = null)
    {
        this.outbox = outbox;
        this.options = options;
        this.time = time;
        this.logger = logger ?? NullLogger<SpanWriter>.Instance;
        queue = Channel.CreateBounded<(OutboxEntry, TaskCompletionSource)>(MaxQueued);
        writing = Task.Run(RunAsync);
    }

    /// <summary>Raised when something was written that can be sent.</summary>
    public event Action? Written;

    /// <summary>Entries that could not be written down, in this process: the disk failed, or more came than could be written.</summary>
    public long NotWritten => Interlocked.Read(ref notWritten);

    /// <summary>Ends when the entry is on disk, when it could not be put there, or when <see cref="LongestWait"/> is over. Never throws.</summary>
    public async Task WriteAsync(OutboxEntry entry)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!queue.Writer.TryWrite((entry, written)))
        {
            Lost(1, null);
            return;
        }

        // Its outcome is told by the loop that writes: what is late is not lost.
        await Task.WhenAny(written.Task, Task.Delay(LongestWait, time));
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writing;
    }

    private async Task RunAsync()
    {
        while (await queue.Reader.WaitToReadAsync())
        {
            var together = new List<(OutboxEntry Entry, TaskCompletionSource Written)>();
            while (together.Count < MaxTogether && queue.Reader.TryRead(out var next))
                together.Add(next);
            try
            {
                var givenUp = outbox.Write([.. together.Select(one => one.Entry)], time.GetUtcNow(), options.MaxWaitingBytes);
                if (givenUp > 0)
                    LogGivenUp(logger, givenUp, options.MaxWaitingBytes);
            }
            catch (Exception exception) when (exception is SqliteException or AIDatabaseException or IOException)
            {
                Lost(together.Count, exception);
            }

            foreach (var (_, written) in together)
                written.TrySetResult();
            Written?.Invoke();
        }
    }

    private void Lost(int count, Exception? exception)
    {
        Interlocked.Add(ref notWritten, count);
        LogLost(logger, count, exception);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} spans could not be written down and are missing from their traces")]
    private static partial void LogLost(ILogger logger, int count, Exception? exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} spans were given up unsent: more than {MaxBytes} bytes wait for Langfuse")]
    private static partial void LogGivenUp(ILogger logger, int count, long maxBytes);
}
