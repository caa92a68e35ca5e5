using System.Runtime.InteropServices;

namespace Holdfast.Benchmarks.Machine;

/// <summary>Where figures were taken: without it they cannot be compared with others.</summary>
internal sealed record MachineDescription(int Cores, string Processor, double MemoryGigabytes, string OperatingSystem, string Runtime, string FileSystem)
{
    public static MachineDescription Here() => new(
        Environment.ProcessorCount,
        FromFile("/proc/cpuinfo", "model name") ?? "unknown processor",
        Math.Round(long.Parse((FromFile("/proc/meminfo", "MemTotal") ?? "0 kB").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) / 1024.0 / 1024.0, 1),
        $"{RuntimeInformation.OSDescription}, Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}",
        RuntimeInformation.FrameworkDescription,
        new DriveInfo(Path.GetTempPath()).DriveFormat);

    public override string ToString() =>
        $"{Cores} cores ({Processor}), {MemoryGigabytes} GiB, {OperatingSystem}, {Runtime}, data on {FileSystem}";

    private static string? FromFile(string path, string key) =>
        File.ReadLines(path)
            .FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?
            .Split(':', 2)[1]
            .Trim();
}
