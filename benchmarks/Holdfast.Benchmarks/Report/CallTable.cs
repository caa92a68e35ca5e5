using static Holdfast.Benchmarks.Report.TextTable;

namespace Holdfast.Benchmarks.Report;

/// <summary>What calls to open workflows cost.</summary>
internal static class CallTable
{
    private static readonly string[] Header =
    [
        "scenario", "in flight", "calls", "calls/s", "p50 ms", "p95 ms", "p99 ms", "max ms", "server CPU ms/call", "client CPU ms/call", "RSS MB", "flushes/1,000",
    ];

    public static string Of(IEnumerable<CallFigures> figures) => TextTable.Of(Header, figures.Select(Row));

    private static string[] Row(CallFigures figures) =>
    [
        figures.Scenario,
        Number(figures.InFlight, "0"),
        Number(figures.Calls, "0"),
        Number(figures.CallsPerSecond, "0"),
        Number(figures.LatencyMs.P50, "0.0"),
        Number(figures.LatencyMs.P95, "0.0"),
        Number(figures.LatencyMs.P99, "0.0"),
        Number(figures.LatencyMs.Max, "0.0"),
        Number(figures.ServerCpuMsPerCall, "0.000"),
        Number(figures.ClientCpuMsPerCall, "0.000"),
        Number(figures.ResidentMegabytes, "0"),
        Number(figures.FlushesPerThousandCalls, "0"),
    ];
}
