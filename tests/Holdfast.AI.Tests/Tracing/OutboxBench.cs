using Holdfast.AI.Database;
using Holdfast.AI.Tracing;
using Holdfast.AI.Tracing.Outbox;
using Holdfast.AI.Tracing.Spans;
using Holdfast.Tests.Langfuse;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.AI.Tests.Tracing;

/// <summary>An outbox on disk and what sends it, in virtual time, with a stand-in for Langfuse.</summary>
internal sealed class OutboxBench : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(1) });

    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-tracing-").FullName;
    private readonly List<SpanWriter> writers = [];

    private OutboxBench(LangfuseStandIn langfuse, Action<LangfuseOptions>? configure)
    {
        Langfuse = langfuse;
        Open(configure);
    }

    public LangfuseStandIn Langfuse { get; }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.Parse("2026-11-23T08:00:00Z", System.Globalization.CultureInfo.InvariantCulture));

    public LangfuseOptions Options { get; private set; } = null!;

    public SpanOutbox Outbox { get; private set; } = null!;

    public SpanWriter Writer { get; private set; } = null!;

    public OutboxExporter Exporter { get; private set; } = null!;

    public TracingHealth Health => Outbox.Health(Exporter.Problem);

    public static async Task<OutboxBench> OpenAsync(Action<LangfuseOptions>? configure = null) => new(await LangfuseStandIn.StartAsync(), configure);

    /// <summary>A process as after a start: whatever was only in memory is gone.</summary>
    public void Open(Action<LangfuseOptions>? configure = null)
    {
        Options = new() { BaseUrl = Langfuse.Address, PublicKey = LangfuseStandIn.PublicKey, SecretKey = LangfuseStandIn.SecretKey };
        configure?.Invoke(Options);
        Outbox = new(AIDatabase.Open(Path.Combine(folder, "ai.db")));
        Writer = new(Outbox, Options, Time);
        writers.Add(Writer);
        Exporter = new(Outbox, Writer, new(Http, new() { BaseUrl = Options.BaseUrl, PublicKey = Options.PublicKey, SecretKey = Options.SecretKey }, Options.Timeout, Time), Options, Time);
    }

    public static Observation Span(int number, string? text = null) => new()
    {
        TraceId = TraceIds.TraceOf("default", "w", "r"),
        Run = new() { Namespace = "default", WorkflowId = "w", RunId = "r", WorkflowType = "Agent", Tenant = "default" },
        SpanId = TraceIds.ActivityOf("default", "w", "r", $"{number}", 1),
        Type = ObservationType.Span,
        Name = $"step {number}",
        Start = DateTimeOffset.UnixEpoch.AddSeconds(number),
        End = DateTimeOffset.UnixEpoch.AddSeconds(number + 1),
        Output = text,
    };

    public async Task WriteAsync(params Observation[] spans)
    {
        var encoder = new SpanEncoder(Options);
        foreach (var span in spans)
            await Writer.WriteAsync(new OutboxEntry.Ended(span.TraceId, span.SpanId, encoder.Encode(span)));
    }

    /// <summary>Sends until nothing waits, letting the clock jump over each wait, for at most so long.</summary>
    /// <returns>How many steps it took.</returns>
    public async Task<int> SendAsync(TimeSpan? limit = null)
    {
        var until = Time.GetUtcNow() + (limit ?? TimeSpan.Zero);
        for (var steps = 1; ; steps++)
        {
            if (await Exporter.StepAsync(CancellationToken.None) is not { } wait || Time.GetUtcNow() + wait > until)
                return steps;
            Time.Advance(wait);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var writer in writers)
            await writer.DisposeAsync();
        Exporter.Dispose();
        await Langfuse.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}
