using Google.Protobuf;
using Holdfast.Engine;
using Holdfast.Runtime.Housekeeping;
using Holdfast.Runtime.Tests.Shards;
using Holdfast.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Temporalio.Api.History.V1;

namespace Holdfast.Runtime.Tests.Housekeeping;

/// <summary>Compacting is seen by nobody: before and after, all that is read of a run is the same.</summary>
public sealed class CompactionTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(3_000)]
    public async Task A_compacted_run_reads_as_before_to_the_byte(int signals)
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        for (var i = 0; i < signals; i++)
            await host.Get(Requests.Signal("w", $"{i} " + new string((char)('a' + (i % 26)), 300)));
        await host.Get(Requests.Terminate("w"));
        await host.RestartAsync();
        var before = (await host.Read("w"))!;
        var history = await EventsAsync(host, before);
        var stored = await host.Store.LoadJournalAsync(before.State.Key, default);

        await CompactAsync(host, before.State.Key);

        // What was in memory goes on, and so does what is loaded afterwards.
        Assert.Equal(history, await EventsAsync(host, before));
        await host.RestartAsync();
        var after = (await host.Read("w"))!;
        Assert.Equal(history, await EventsAsync(host, after));
        Assert.Equal(Engine.Journal.StateSnapshot.Of(before.State), Engine.Journal.StateSnapshot.Of(after.State));
        var last = before.State.NextEventId - 1;
        Assert.Equal(history[^1], (await host.Shards.ReadHistoryAsync(after, last, last, default))[0]);
        var compacted = await host.Store.LoadJournalAsync(before.State.Key, default);
        if (signals > 0)
            Assert.True(compacted!.Sum(row => row.Records.Length) < stored!.Sum(row => row.Records.Length) / 3);
        Assert.Equal(signals > 1_000, compacted!.Count > 1);
        Assert.True((await host.Store.LoadRunAsync(before.State.Key, default))!.Rows.Count == 1);
    }

    [Theory]
    [InlineData(30, 5_000, true)]
    [InlineData(300, 500, false)]
    [InlineData(5, 5_000, false)]
    public async Task The_large_payloads_of_a_long_run_are_left_plain_for_the_store_to_share(int signals, int length, bool isPlain)
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        for (var i = 0; i < signals; i++)
            await host.Get(Requests.Signal("w", $"{i} " + new string('x', length)));
        await host.Get(Requests.Terminate("w"));
        var run = (await host.Read("w"))!;
        var history = await EventsAsync(host, run);

        await CompactAsync(host, run.State.Key);

        var stored = (await host.Store.LoadJournalAsync(run.State.Key, default))!.Sum(row => row.Records.Length);
        Assert.Equal(isPlain, stored > signals * length);
        await host.RestartAsync();
        Assert.Equal(history, await EventsAsync(host, (await host.Read("w"))!));
    }

    [Fact]
    public async Task A_compacted_run_can_still_change_and_be_deleted()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        await host.Get(Requests.Terminate("w"));
        var run = (await host.Read("w"))!.State.Key;
        await CompactAsync(host, run);

        await host.Get(Requests.Append("w", new HistoryEvent { EventType = Temporalio.Api.Enums.V1.EventType.MarkerRecorded, MarkerRecordedEventAttributes = new() }));
        await host.RestartAsync();
        Assert.Equal(4, (await host.Read("w"))!.State.NextEventId);
        Assert.True(await host.Shards.DeleteExpiredAsync([run], default));
        Assert.Null(await host.Store.LoadJournalAsync(run, default));
    }

    [Fact]
    public async Task Closed_runs_are_compacted_in_the_background_and_open_ones_left_alone()
    {
        await using var host = await ShardHost.StartAsync();
        for (var i = 0; i < 120; i++)
        {
            await host.Get(Requests.Create($"w{i}"));
            await host.Get(Requests.Terminate($"w{i}"));
        }

        await host.Get(Requests.Create("open"));
        await host.Get(Requests.Signal("open"));
        await using var compaction = new Compaction(host.Store, host.Shards, host.Time, NullLogger.Instance);
        for (var i = 0; (await host.Store.FindCompactableRunsAsync(0, 0, 1, default)).Count > 0; i++)
        {
            Assert.True(i < 100_000, "The runs are not compacted.");
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(2, (await host.Store.LoadJournalAsync((await host.Read("open"))!.State.Key, default))!.Count);
        Assert.Single((await host.Store.LoadJournalAsync((await host.Read("w7"))!.State.Key, default))!);
    }

    [Fact]
    public async Task A_damaged_run_is_told_of_once_however_often_it_is_found_and_the_others_are_compacted()
    {
        await using var host = await ShardHost.StartAsync();
        foreach (var id in (string[])["w1", "damaged", "w2"])
        {
            await host.Get(Requests.Create(id));
            await host.Get(Requests.Terminate(id));
        }

        host.Store.LoadFailure = run => run.WorkflowId == "damaged" ? new DamagedRunException(run, "its bytes are gone") : null;
        var log = new KeptLog();
        await using var compaction = new Compaction(host.Store, host.Shards, host.Time, log);
        for (var sweep = 0; sweep < 3; sweep++)
            await compaction.SweepAsync();

        Assert.Contains("damaged", Assert.Single(log.Messages), StringComparison.Ordinal);
        Assert.Equal(["damaged"], (await host.Store.FindCompactableRunsAsync(0, 0, 10, default)).Select(left => left.Run.WorkflowId));
    }

    [Fact]
    public async Task A_run_that_does_not_fold_is_left_as_it_is()
    {
        await using var host = await ShardHost.StartAsync();
        await host.Get(Requests.Create("w"));
        await host.Get(Requests.Terminate("w"));
        var run = (await host.Read("w"))!.State.Key;
        var journal = (await host.Store.LoadJournalAsync(run, default))!;

        Assert.Throws<DamagedRunException>(() => CompactJournal.Of(run, [journal[1]], host.Store.Compress));
        Assert.Throws<DamagedRunException>(() => CompactJournal.Of(run, [journal[0]], host.Store.Compress));
        Assert.Throws<DamagedRunException>(() => CompactJournal.Of(run, [journal[0], journal[1] with { Records = journal[1].Records[1..] }], host.Store.Compress));
    }

    private static async Task CompactAsync(ShardHost host, RunKey run)
    {
        var rows = CompactJournal.Of(run, (await host.Store.LoadJournalAsync(run, default))!, host.Store.Compress);
        await host.Shards.WriteCompactedAsync([RunWrite.Compaction(run, rows)], default);
        Assert.Empty(await host.Store.FindCompactableRunsAsync(0, 0, 10, default));
    }

    private static async Task<List<ByteString>> EventsAsync(ShardHost host, RunSnapshot run)
    {
        List<ByteString> events = [];
        while (events.Count < run.History.LastEventId)
        {
            var page = await host.Shards.ReadHistoryAsync(run, events.Count + 1, events.Count + 100, default);
            for (var i = 0; i < page.Count; i++)
                events.Add(page[i]);
        }

        return events;
    }
}
