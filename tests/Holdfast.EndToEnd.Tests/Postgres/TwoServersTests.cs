using System.Diagnostics;
using System.Runtime.InteropServices;
using Holdfast.EndToEnd.Tests.Programs;
using Temporalio.Client;
using Temporalio.Exceptions;
using Xunit.Abstractions;

namespace Holdfast.EndToEnd.Tests.Postgres;

/// <summary>Two processes of the real executable that are pointed at one database.</summary>
public sealed class TwoServersTests(ITestOutputHelper log) : IAsyncLifetime
{
    private const int Stop = 19;
    private const int Continue = 18;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private PostgresServer postgres = null!;
    private HoldfastServer first = null!;

    public async Task InitializeAsync()
    {
        postgres = await PostgresServer.StartAsync();
        first = await HoldfastServer.StartOnAsync(postgres.Url());
    }

    public async Task DisposeAsync()
    {
        log.WriteLine($"First server:\n{first?.Output}");
        if (first is not null)
            await first.DisposeAsync();
        if (postgres is not null)
            await postgres.DisposeAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task The_second_is_refused_while_the_first_lives_and_comes_up_at_once_after_its_death()
    {
        await StartAsync(first, "before");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ProgramUnderTest.RunAsync(
            new ProcessStartInfo(HoldfastServer.Executable, ["server", "start-dev", "--headless", "--port", "0", "--db", postgres.Url()]), Limit));
        Assert.Contains(
            $"holdfast: The database 127.0.0.1:{postgres.Port}/postgres is in use by another server (holdfast on {Environment.MachineName}, process {first.ProcessId} since",
            refused.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain(Uri.EscapeDataString(PostgresServer.Password), refused.Message.Split("ended with")[1], StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, refused.Message, StringComparison.Ordinal);

        await first.KillAsync();
        var begun = Stopwatch.GetTimestamp();
        await using var second = await HoldfastServer.StartOnAsync(postgres.Url());
        log.WriteLine($"The second server answered {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s after the first was killed.");
        Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(10));
        Assert.Equal("before", (await DescribeAsync(second, "before")).Id);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_server_that_was_cut_off_finds_another_in_its_place_and_stops()
    {
        await StartAsync(first, "before");

        // As good as a machine that hangs: it does nothing, and PostgreSQL has given it up.
        Assert.Equal(0, Kill(first.ProcessId, Stop));
        await postgres.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'holdfast on %'");
        await using var second = await HoldfastServer.StartOnAsync(postgres.Url());
        await StartAsync(second, "of the second");
        Assert.Equal(0, Kill(first.ProcessId, Continue));

        var client = await TemporalClient.ConnectAsync(new(first.Target));
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            // The first may only find that its connection is gone; then it asks whether it is still the owner.
            for (var i = 0; i < 100; i++)
            {
                try
                {
                    await client.StartWorkflowAsync("Any", [], new("stale", "nowhere") { Rpc = new() { Retry = false } });
                }
                catch (RpcException away) when (away.Code == RpcException.StatusCode.Unavailable && !away.Message.Contains("taken over", StringComparison.Ordinal) && i < 50)
                {
                }
            }
        });
        Assert.Equal(RpcException.StatusCode.Unavailable, refused.Code);
        Assert.Equal(1, await first.EndAsync(Limit));
        Assert.Contains("another server has taken the database over; this one stops", first.Output, StringComparison.Ordinal);

        await StartAsync(second, "after");
        foreach (var id in (string[])["before", "of the second", "after"])
            Assert.Equal(id, (await DescribeAsync(second, id)).Id);
        await Assert.ThrowsAsync<RpcException>(() => DescribeAsync(second, "stale"));
    }

    private static async Task StartAsync(HoldfastServer server, string workflowId)
    {
        var client = await TemporalClient.ConnectAsync(new(server.Target));
        await client.StartWorkflowAsync("Any", [], new(workflowId, "nowhere"));
    }

    private static async Task<WorkflowExecutionDescription> DescribeAsync(HoldfastServer server, string workflowId)
    {
        var client = await TemporalClient.ConnectAsync(new(server.Target));
        return await client.GetWorkflowHandle(workflowId).DescribeAsync();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
