using System.Globalization;

namespace Holdfast.Benchmarks.Machine;

/// <summary>What Linux says a process has used so far.</summary>
/// <param name="Cpu">User and system time of all its threads, in steps of 10 ms.</param>
/// <param name="ResidentBytes">Memory it holds now.</param>
/// <param name="PeakResidentBytes">The most it ever held.</param>
internal sealed record ProcessFigures(TimeSpan Cpu, long ResidentBytes, long PeakResidentBytes)
{
    // USER_HZ, which is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    public static ProcessFigures Read(int processId)
    {
        // The second field is the command's name in brackets and may hold anything, spaces and brackets included.
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = Number(fields[11]) + Number(fields[12]);

        long resident = 0, peak = 0;
        foreach (var line in File.ReadLines($"/proc/{processId}/status"))
        {
            if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
                resident = KilobytesOf(line);
            else if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                peak = KilobytesOf(line);
        }

        return new(TimeSpan.FromSeconds(ticks / TicksPerSecond), resident * 1024, peak * 1024);

        static long KilobytesOf(string line) => Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    }
}
