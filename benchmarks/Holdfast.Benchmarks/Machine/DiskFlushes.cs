using System.Globalization;

namespace Holdfast.Benchmarks.Machine;

/// <summary>
/// How often a disk was told to make durable what it was given: what an fsync costs in the end, counted by the kernel for the whole disk, so that it
/// needs no help from the server and misses none. Whatever else syncs to the same disk meanwhile is counted too.
/// </summary>
internal static class DiskFlushes
{
    // Documentation/ABI/stable/sysfs-block: reads, writes, discards (4 + 4 + 3 + 4 numbers), then flushes.
    private const int FlushesField = 15;

    /// <summary>Flushes of the disk that holds <paramref name="folder"/> since it was found; null where the kernel does not say (memory, network, no Linux).</summary>
    public static long? Read(string folder)
    {
        if (DeviceOf(folder) is not { } device)
            return null;
        var block = $"/sys/dev/block/{device}";

        // A partition's flushes are counted at its disk.
        if (File.Exists($"{block}/partition"))
            block = Directory.ResolveLinkTarget(block, returnFinalTarget: true)!.Parent()!;
        var statistics = $"{block}/stat";
        if (!File.Exists(statistics))
            return null;
        var fields = File.ReadAllText(statistics).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > FlushesField ? long.Parse(fields[FlushesField], CultureInfo.InvariantCulture) : null;
    }

    private static string? Parent(this FileSystemInfo folder) => Path.GetDirectoryName(folder.FullName);

    // The mount with the longest path that holds the folder: "36 25 254:0 / /mount …".
    private static string? DeviceOf(string folder)
    {
        const string Mounts = "/proc/self/mountinfo";
        if (!File.Exists(Mounts))
            return null;
        var (longest, device) = (-1, (string?)null);
        foreach (var line in File.ReadLines(Mounts))
        {
            var fields = line.Split(' ');
            var mount = fields[4];
            var holds = folder == mount || folder.StartsWith(mount.EndsWith('/') ? mount : mount + "/", StringComparison.Ordinal);

            // Of two mounts at the same place the later one hides the earlier.
            if (holds && mount.Length >= longest)
                (longest, device) = (mount.Length, fields[2]);
        }

        return device;
    }
}
