using Google.Protobuf.WellKnownTypes;
using Holdfast.Runtime.Checking;
using Holdfast.Storage;
using Holdfast.Storage.Inspection;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Runtime.Tests.Shards;

/// <summary>What a wall clock that jumps costs.</summary>
public sealed class ClockJumpTests
{
    private static readonly TimeSpan Jump = TimeSpan.FromHours(1);

    [Fact]
    public async Task What_a_clock_jumps_over_is_due_and_what_it_does_not_is_not()
    {
        await using var host = await ShardHost.StartAsync();
        await StartedAsync(host, "soon", TimeSpan.FromMinutes(10));
        await StartedAsync(host, "late", Jump + TimeSpan.FromMinutes(10));

        // The shard's own timer counts on regardless of the jump: it looks at the clock again within half a minute.
        host.Time.AdjustTime(host.Time.GetUtcNow() + Jump);
        host.Time.Advance(TimeSpan.FromSeconds(31));
        await SeesFiredAsync(host, "soon");

        Assert.False(IsFired((await host.Read("late"))!));
        host.Time.Advance(TimeSpan.FromMinutes(11));
        await SeesFiredAsync(host, "late");
    }

    [Fact]
    public async Task A_clock_set_back_makes_timers_late_and_never_lets_a_history_go_back_in_time()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Store.SaveNamespaceAsync(new StoredNamespace(Requests.Namespace, "shop", [], new Dictionary<string, int>()), default);
        var worker = await StartedAsync(host, "before", TimeSpan.FromMinutes(10));

        host.Time.AdjustTime(host.Time.GetUtcNow() - Jump);
        await StartedAsync(host, "after", TimeSpan.FromSeconds(10), worker);
        await host.Get(new Holdfast.Engine.Workflows.Signals.SignalWorkflow(new(Requests.Namespace, "before"), new() { SignalName = "hello", RequestId = "r" }));

        // A timer that was started after the jump counts by the clock as it is now.
        host.Time.Advance(TimeSpan.FromSeconds(11));
        await SeesFiredAsync(host, "after");
        Assert.False(IsFired((await host.Read("before"))!));
        host.Time.Advance(Jump + TimeSpan.FromMinutes(11));
        await SeesFiredAsync(host, "before");

        foreach (var workflowId in (string[])["before", "after"])
        {
            var history = (await host.Read(workflowId))!.History;
            var times = Enumerable.Range(0, history.Count).Select(i => HistoryEvent.Parser.ParseFrom(history[i]).EventTime.ToDateTime()).ToList();
            Assert.Equal(times.Order(), times);
        }

        List<StoreDamage> damages = [];
        await using var inspection = host.Inspect();
        await new StoreCheck(inspection).RunAsync(damages.Add, null, CancellationToken.None);
        Assert.Empty(damages);
    }

    private static async Task<Worker> StartedAsync(ShardHost host, string workflowId, TimeSpan timer, Worker? worker = null)
    {
        worker ??= new Worker(host);
        await worker.Start(workflowId);
        await worker.Complete(await worker.Task(), new Command
        {
            CommandType = CommandType.StartTimer,
            StartTimerCommandAttributes = new() { TimerId = "t", StartToFireTimeout = Duration.FromTimeSpan(timer) },
        });
        return worker;
    }

    private static async Task SeesFiredAsync(ShardHost host, string workflowId) => Assert.True(IsFired((await host.Watch(workflowId, IsFired))!));

    private static bool IsFired(RunSnapshot run) => Worker.Types(run.History).Contains(EventType.TimerFired);
}
