using System.Diagnostics;
using Holdfast.EndToEnd.Tests.Programs;

namespace Holdfast.EndToEnd.Tests.Crash;

public sealed class KillUnderLoadTests : IDisposable
{
    private const int Kills = 8;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Delete();

    [Fact]
    public async Task What_was_acknowledged_survives_every_kill_and_nothing_is_done_twice()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var server = await HoldfastServer.StartAsync(folder.FullName);
        using var work = new AcknowledgedWork(server.Target);
        work.Begin();

        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(random.Next(100, 1_500));
            await server.KillAsync();

            // What the kill left is in order before anybody mends it.
            await Check(server, seed);
            await server.StartAgainAsync();
        }

        await work.StopStartingAsync();
        await Eventually.SeesAsync("every workflow to end", work.CountOpenAsync, open => open == 0, TimeSpan.FromSeconds(90));
        await work.StopWorkingAsync();
        var losses = await work.FindLossesAsync(TimeSpan.FromSeconds(60));

        Assert.True(losses.Count == 0, $"Seed {seed}, {work.Started} workflows:\n{string.Join('\n', losses.Take(50))}");
        Assert.True(work.Started > 50, $"Only {work.Started} workflows were started: that shows little.");
        Assert.True(work.ActivitiesCompleted > 100, $"Only {work.ActivitiesCompleted} activities were completed: that shows little.");
        await Check(server, seed);
    }

    private static async Task Check(HoldfastServer server, int seed)
    {
        try
        {
            await ProgramUnderTest.RunAsync(
                new ProcessStartInfo(HoldfastServer.Executable) { ArgumentList = { "check", "--db-filename", server.Database } }, TimeSpan.FromSeconds(60));
        }
        catch (InvalidOperationException e)
        {
            Assert.Fail($"Seed {seed}: {e.Message}");
        }
    }
}
