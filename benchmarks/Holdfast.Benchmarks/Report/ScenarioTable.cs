using static Holdfast.Benchmarks.Report.TextTable;

namespace Holdfast.Benchmarks.Report;

/// <summary>What whole workflows cost.</summary>
internal static class ScenarioTable
{
    private static readonly string[] Header =
    [
        "scenario", "in flight", "workflows/s", "p50 ms", "p95 ms", "p99 ms", "max ms", "server CPU ms/wf",
        "client CPU ms/wf", "RSS MB", "peak MB", "disk KB/wf", "flushes/wf", "calls/wf",
    ];

    public static string Of(IEnumerable<ScenarioFigures> scenarios) => TextTable.Of(Header, scenarios.Select(Row));

    private static string[] Row(ScenarioFigures figures) =>
    [
        figures.Scenario,
        Number(figures.InFlight, "0"),
        Number(figures.WorkflowsPerSecond, "0"),
        Number(figures.LatencyMs.P50, "0.0"),
        Number(figures.LatencyMs.P95, "0.0"),
        Number(figures.LatencyMs.P99, "0.0"),
        Number(figures.LatencyMs.Max, "0.0"),
        Number(figures.ServerCpuMsPerWorkflow, "0.00"),
        Number(figures.ClientCpuMsPerWorkflow, "0.00"),
        Number(figures.ResidentMegabytes, "0"),
        Number(figures.PeakResidentMegabytes, "0"),
        Number(figures.DiskBytesPerWorkflow / 1024, "0.0"),
        Number(figures.FlushesPerWorkflow, "0.00"),
        Number(figures.CallsPerWorkflow, "0.0"),
    ];
}
