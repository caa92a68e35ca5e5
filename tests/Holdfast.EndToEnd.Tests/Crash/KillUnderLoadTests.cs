using System.Diagnostics;
using Holdfast.EndToEnd.Tests.Programs;

namespace Holdfast.EndToEnd.Tests.Crash;

public sealed class KillUnderLoadTests : IDisposable
{
    private const int Kills = 8;
    private const int PostgresKills = 3;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Delete();

    [Fact]
    public async Task What_was_acknowledged_survives_every_kill_and_nothing_is_done_twice()
    {
        var seed = Environment.TickCount;
        await using var server = await HoldfastServer.StartAsync(folder.FullName);
        await SurviveAsync(server, seed, Kills, async _ =>
        {
            await server.KillAsync();

            // What the kill left is in order before anybody mends it.
            await Check(server, seed);
            await server.StartAgainAsync();
        });
    }

    [Fact]
    public async Task What_was_acknowledged_survives_every_kill_of_the_server_and_of_its_postgresql()
    {
        var seed = Environment.TickCount;
        await using var postgres = await PostgresServer.StartAsync();
        await using var server = await HoldfastServer.StartOnAsync(postgres.Url());
        await SurviveAsync(server, seed, PostgresKills, async kill =>
        {
            // By turns the server, the database, and both.
            var both = kill % 3 == 2;
            if (kill % 3 != 0)
                await postgres.KillAsync();
            if (kill % 3 == 0 || both)
                await server.KillAsync();
            if (kill % 3 != 0)
                await postgres.StartAgainAsync();
            await Check(server, seed, "--db");
            if (kill % 3 == 0 || both)
                await server.StartAgainAsync();
        }, "--db");
    }

    private static async Task SurviveAsync(HoldfastServer server, int seed, int kills, Func<int, Task> killAsync, string option = "--db-filename")
    {
        var random = new Random(seed);
        using var work = new AcknowledgedWork(server.Target);
        work.Begin();
        for (var kill = 0; kill < kills; kill++)
        {
            await Task.Delay(random.Next(100, 1_500));
            await killAsync(kill);
        }

        await work.StopStartingAsync();
        await Eventually.SeesAsync("every workflow to end", work.CountOpenAsync, open => open == 0, TimeSpan.FromSeconds(90));
        await work.StopWorkingAsync();
        var losses = await work.FindLossesAsync(TimeSpan.FromSeconds(60));

        Assert.True(losses.Count == 0, $"Seed {seed}, {work.Started} workflows:\n{string.Join('\n', losses.Take(50))}");
        Assert.True(work.Started > 50, $"Only {work.Started} workflows were started: that shows little.");
        Assert.True(work.ActivitiesCompleted > 100, $"Only {work.ActivitiesCompleted} activities were completed: that shows little.");
        await Check(server, seed, option);
    }

    private static async Task Check(HoldfastServer server, int seed, string option = "--db-filename")
    {
        try
        {
            await ProgramUnderTest.RunAsync(
                new ProcessStartInfo(HoldfastServer.Executable) { ArgumentList = { "check", option, server.Database } }, TimeSpan.FromSeconds(60));
        }
        catch (InvalidOperationException e)
        {
            Assert.Fail($"Seed {seed}: {e.Message}");
        }
    }
}
