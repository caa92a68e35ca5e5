using System.Globalization;
using System.Text;

namespace Holdfast.Benchmarks.Report;

/// <summary>The figures as a Markdown table: readable on a console, and pasted into a page as it is.</summary>
internal static class TextTable
{
    private static readonly string[] Header =
    [
        "scenario", "in flight", "workflows/s", "p50 ms", "p95 ms", "p99 ms", "max ms", "server CPU ms/wf",
        "client CPU ms/wf", "RSS MB", "peak MB", "disk KB/wf", "calls/wf",
    ];

    public static string Of(IEnumerable<ScenarioFigures> scenarios)
    {
        List<string[]> rows = [Header, .. scenarios.Select(Row)];
        var widths = Enumerable.Range(0, Header.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        for (var i = 0; i < rows.Count; i++)
        {
            Append(rows[i]);
            if (i == 0)
                text.Append('|').AppendJoin('|', widths.Select((width, column) => column == 0 ? new string('-', width + 2) : new string('-', width + 1) + ":")).Append("|\n");
        }

        return text.ToString();

        void Append(string[] row) =>
            text.Append("| ").AppendJoin(" | ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).Append(" |\n");
    }

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
        Number(figures.CallsPerWorkflow, "0.0"),
    ];

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
