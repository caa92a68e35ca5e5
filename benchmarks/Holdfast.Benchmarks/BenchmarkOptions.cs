using Holdfast.Benchmarks.Load;
using Holdfast.Storage.Postgres;

namespace Holdfast.Benchmarks;

/// <summary>What one call of the benchmark measures, and against what.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>The server's executable; ignored when <see cref="Target"/> names a running server.</summary>
    public required string? Executable { get; init; }

    /// <summary><c>host:port</c> of a server that is already running, or null to start one for each measurement.</summary>
    public required string? Target { get; init; }

    /// <summary>The process id of the server behind <see cref="Target"/>: without it CPU and memory are not shown.</summary>
    public required int? TargetProcessId { get; init; }

    /// <summary>Arguments handed on to <c>server start-dev</c> as they are.</summary>
    public required IReadOnlyList<string> ServerArguments { get; init; }

    /// <summary>Start the server without a database file.</summary>
    public required bool InMemory { get; init; }

    /// <summary>Start the server on this PostgreSQL, in a schema of its own for each measurement, or null.</summary>
    public required PostgresAddress? Database { get; init; }

    /// <summary>Also measure many workflows that wait for a signal: <see cref="Count"/> of them, or 100,000.</summary>
    public required bool ManyIdle { get; init; }

    /// <summary>Also run random work for <see cref="SoakMinutes"/>, <see cref="SoakRate"/> workflows begun a second.</summary>
    public required bool Soak { get; init; }

    public required int SoakMinutes { get; init; }

    public required int SoakRate { get; init; }

    /// <summary>Also measure one run up to some 50,000 events.</summary>
    public required bool LongHistory { get; init; }

    public required IReadOnlyList<CallScenario> CallScenarios { get; init; }

    public required IReadOnlyList<Scenario> Scenarios { get; init; }

    /// <summary>How many workflows are open at once; each level is measured on its own.</summary>
    public required IReadOnlyList<int> InFlight { get; init; }

    /// <summary>Workflows measured at each level; null takes a number that fits the level.</summary>
    public required int? Count { get; init; }

    /// <summary>Workflows run and forgotten before measuring; null takes a number that fits the level.</summary>
    public required int? WarmUp { get; init; }

    /// <summary>How often the cold start is measured. Zero leaves it out.</summary>
    public required int Starts { get; init; }

    /// <summary>Ask the server to hand activities over in its answer to the workflow task.</summary>
    public required bool Eager { get; init; }

    /// <summary>
    /// How long to wait after the last workflow of a level, for the server to compact what is closed, before bytes on disk are counted. Zero: not at all.
    /// </summary>
    public required TimeSpan Settle { get; init; }

    /// <summary>HTTP/2 connections: the first carries the client's calls, the others the worker's.</summary>
    public required int Connections { get; init; }

    /// <summary>Concurrent polls of each kind (workflow, sticky, activity).</summary>
    public required int Pollers { get; init; }

    /// <summary>A file to write the results to as JSON, or null.</summary>
    public required string? JsonFile { get; init; }

    // A level must run for some seconds to average over garbage collections and checkpoints, but
    // one workflow at a time takes a thousand times as long as it costs.
    public int CountAt(int inFlight) => Count ?? (inFlight == 1 ? 500 : inFlight <= 32 ? 4000 : 8000);

    /// <summary>Calls to open workflows measured at a level.</summary>
    public int CallsAt(int inFlight) => Count ?? (inFlight == 1 ? 2000 : 20_000);

    // Tiered compilation with profiles needs some thousand calls of each method, and then time in the background.
    public int WarmUpAt(int inFlight) => WarmUp ?? (inFlight == 1 ? 300 : 4000);
}
