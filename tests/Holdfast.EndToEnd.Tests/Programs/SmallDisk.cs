using System.Diagnostics;
using System.Globalization;

namespace Holdfast.EndToEnd.Tests.Programs;

/// <summary>A small file system of its own, which can be filled, freed and made read-only. Mounting one takes root.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder folder = new();

    public string FullName => folder.FullName;

    private string Ballast => folder["ballast"];

    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        Assert.True(Environment.IsPrivilegedProcess, "These tests mount small file systems: run them as root (in a container, with the capability SYS_ADMIN).");
        var disk = new SmallDisk();
        await RunAsync("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m"), "tmpfs", disk.FullName);
        return disk;
    }

    /// <summary>Takes some of the room away, until <see cref="Free"/> gives it back.</summary>
    public Task FillAsync(int megabytes) => File.WriteAllBytesAsync(Ballast, new byte[megabytes * 1024 * 1024]);

    public void Free() => File.Delete(Ballast);

    public Task MakeReadOnlyAsync() => RunAsync("mount", "-o", "remount,ro", FullName);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", "--lazy", FullName);
        folder.Delete();
    }

    private static async Task RunAsync(string program, params string[] arguments) => await ProgramUnderTest.RunAsync(new ProcessStartInfo(program, arguments), Limit);
}
