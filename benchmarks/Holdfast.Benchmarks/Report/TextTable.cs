using System.Globalization;
using System.Text;

namespace Holdfast.Benchmarks.Report;

/// <summary>Figures as a Markdown table: readable on a console, and pasted into a page as it is. The first column is text, the others are numbers.</summary>
internal static class TextTable
{
    public static string Of(string[] header, IEnumerable<string[]> cells)
    {
        List<string[]> rows = [header, .. cells];
        var widths = Enumerable.Range(0, header.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
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

    public static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
