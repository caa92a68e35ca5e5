using Holdfast.Engine;
using Holdfast.Storage;
using Temporalio.Api.History.V1;

namespace Holdfast.Runtime.Tests.Shards;

/// <summary>Runs with so many events that loading them whole would not do.</summary>
public sealed class LongJournalTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_run_loaded_behind_a_snapshot_is_the_run_that_was(int lives)
    {
        const int perLife = 1_700;
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        await host.Get(Requests.StartTimer("w", "timer", TimeSpan.FromDays(2_000)));
        for (var life = 1; life <= lives; life++)
        {
            for (var i = 0; i < perLife; i++)
                await host.Get(Requests.Signal("w", $"{life}/{i}"));
            await host.RestartAsync();
        }

        var key = (await host.Read("w"))!.State.Key;
        Assert.True((await host.Store.LoadRunAsync(key, default))!.Rows.Count < 1_200);
        var run = (await host.Read("w"))!;
        Assert.Equal((perLife * lives) + 3, run.State.NextEventId);
        Assert.Equal(perLife * lives, run.State.SignalCount);
        Assert.Equal("timer", Assert.Single(run.State.PendingTimers).Key);
        Assert.True(run.History.FirstEventId > 1);

        var names = new List<string>();
        for (var next = 1L; next <= run.History.LastEventId; next += 1_000)
            names.AddRange(Names(await host.Shards.ReadHistoryAsync(run, next, next + 999, default), next));
        Assert.Equal(Enumerable.Range(1, lives).SelectMany(life => Enumerable.Range(0, perLife).Select(i => $"{life}/{i}")), names.Skip(2));
        var last = await host.Shards.ReadHistoryAsync(run, run.History.LastEventId, run.History.LastEventId, default);
        Assert.Equal(names[^1], Assert.Single(Names(last, run.History.LastEventId)));
        Assert.Equal(run.State.NextEventId, await host.Get(Requests.Signal("w", "next")));
    }

    [Fact]
    public async Task Damage_among_the_older_events_is_told_as_damage_is_told_everywhere()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        for (var i = 0; i < 1_700; i++)
            await host.Get(Requests.Signal("w"));
        await host.RestartAsync();
        var run = (await host.Read("w"))!;
        host.Store.HistoryFailure = new DamagedRunException(run.State.Key, "a row cannot be read.");

        var refused = await Assert.ThrowsAsync<RequestRefusedException>(async () => await host.Shards.ReadHistoryAsync(run, 1, 10, default));

        Assert.Equal(RefusalCode.DataLoss, refused.Refusal.Code);
        Assert.Contains("holdfast check", refused.Refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshots_together_weigh_less_than_the_events()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));

        // Each timer stays in the state, which thus grows with the journal.
        for (var i = 0; i < 5_000; i++)
            await host.Get(Requests.StartTimer("w", $"timer {i}", TimeSpan.FromDays(2_000)));

        var run = (await host.Read("w"))!;
        var rows = host.Store.Committed;
        var all = rows.Sum(row => (long)row.Records.Length);
        Assert.True(all < run.State.HistorySizeBytes * 2, $"{all} bytes are stored for {run.State.HistorySizeBytes} bytes of events.");
        Assert.InRange(rows.Count(row => row.HasSnapshot), 2, 10);
    }

    private static IEnumerable<string> Names(HistorySlice events, long first)
    {
        for (var position = 0; position < events.Count; position++)
        {
            var read = HistoryEvent.Parser.ParseFrom(events[position]);
            Assert.Equal(first + position, read.EventId);
            yield return read.WorkflowExecutionSignaledEventAttributes?.SignalName ?? "";
        }
    }
}
