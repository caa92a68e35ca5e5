using System.Text;
using Holdfast.Storage.Inspection;
using Holdfast.Storage.Payloads;
using static Holdfast.Storage.Tests.Writes;

namespace Holdfast.Storage.Tests;

/// <summary>What every store on disk promises of large journal rows: what is in them is stored once, and goes with the last run that has it.</summary>
public abstract class PayloadContract : IAsyncLifetime
{
    private protected IStore Store { get; private set; } = null!;

    public Task InitializeAsync()
    {
        Store = Open();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        Closed();
    }

    protected abstract IStore Open();

    private protected abstract IStoreInspection Inspect();

    /// <summary>Runs a statement beside the store.</summary>
    protected abstract Task ExecuteAsync(string sql);

    /// <summary>A whole number out of the database.</summary>
    protected abstract Task<long> NumberAsync(string sql);

    protected virtual void Closed()
    {
    }

    [Fact]
    public async Task A_conversation_that_is_sent_again_with_each_call_costs_what_is_new_in_it()
    {
        const int calls = 60;
        const int perCall = 4000;
        var run = Run("agent");
        var conversation = new StringBuilder();
        var rows = new List<byte[]>();
        for (var call = 1; call <= calls; call++)
        {
            conversation.Append(Text(call, perCall));
            rows.Add(Bytes($"the head of event {call} {conversation} and its tail, {call}"));
            await Store.Commit((call == 1 ? First(run) : Next(run, call)) with { Records = rows[^1], FirstEventId = call, LastEventId = call });
        }

        Assert.Equal(rows, (await Store.LoadRunAsync(run, default))!.Rows);
        var page = await Store.ReadHistoryAsync(run, 30, 32, default);
        Assert.Equal(rows[29..32], page!.Select(row => row.Records.ToArray()));
        Assert.True(rows.Sum(row => row.Length) > 7_000_000);
        var stored = await NumberAsync("SELECT (SELECT sum(length(records)) FROM journal) + (SELECT sum(length(data)) + 100 * count(*) FROM chunk)");
        Assert.True(stored < 1.5 * calls * perCall, $"{stored} bytes are stored.");
    }

    [Fact]
    public async Task A_row_that_was_prepared_is_stored_as_any_other()
    {
        var (first, second, long1) = (Text(1, 300_000), Text(2, 100_000), Text(3, 2_000));
        await Store.Commit(Store.Prepare(First(Run("one"), first)));
        var chunks = await Chunks();
        await Store.Commit(Store.Prepare(Next(Run("one"), 2, first + second)), Store.Prepare(Next(Run("one"), 3, long1)));
        await Store.Commit(First(Run("two"), first));

        Assert.InRange(await Chunks() - chunks, 1, chunks);
        Assert.Equal([first, first + second, long1], await Store.Rows(Run("one")));
        Assert.Equal([first], await Store.Rows(Run("two")));

        await Store.Commit(Store.Prepare(RunWrite.Compaction(Run("one"), [new(3, 1, 2, Bytes(second + first))])));
        Assert.Equal([second + first], await Store.Rows(Run("one")));
    }

    [Theory]
    [InlineData(ChunkedRow.FewestBytes - 1, false)]
    [InlineData(ChunkedRow.FewestBytes, true)]
    [InlineData(ContentChunks.Longest * 3, true)]
    [InlineData(5_000_000, true)]
    public async Task A_row_of_any_size_reads_back_as_it_was_written(int length, bool isChunked)
    {
        var noise = Noise(length);
        var same = Enumerable.Repeat((byte)'x', length).ToArray();

        await Store.Commit(First(Run("noise")) with { Records = noise }, First(Run("same")) with { Records = same });

        Assert.Equal(noise, Assert.Single((await Store.LoadRunAsync(Run("noise"), default))!.Rows));
        Assert.Equal(same, Assert.Single((await Store.LoadJournalAsync(Run("same"), default))!).Records.ToArray());
        Assert.Equal(isChunked, await Chunks() > 0);
    }

    [Fact]
    public async Task What_two_runs_share_is_stored_once_and_goes_with_the_last_of_them()
    {
        var mail = Text(1, 40_000);
        await Store.Commit(First(Run("one"), mail), First(Run("two"), mail));
        var once = await Chunks();
        await Store.Commit(Next(Run("one"), 2, mail), First(Run("three"), mail));

        Assert.Equal(once, await Chunks());
        Assert.InRange(once, 3, 40);
        await Store.Commit(RunWrite.Deletion(Run("two")), RunWrite.Deletion(Run("one")));
        Assert.Equal(once, await Chunks());
        Assert.Equal([mail], await Store.Rows(Run("three")));
        await NothingIsWrong();
        await Store.Commit(RunWrite.Deletion(Run("three")));
        Assert.Equal(0, await Chunks());
        Assert.Equal(0, await NumberAsync("SELECT count(*) FROM chunk_use"));
    }

    [Fact]
    public async Task A_run_may_come_to_share_what_the_same_commit_deletes_with_another()
    {
        var mail = Text(1, 40_000);
        await Store.Commit(First(Run("old"), mail));
        await Store.Commit(RunWrite.Deletion(Run("old")), First(Run("new"), mail));
        Assert.Equal([mail], await Store.Rows(Run("new")));

        await Store.Commit(First(Run("newer"), mail), RunWrite.Deletion(Run("new")));
        Assert.Equal([mail], await Store.Rows(Run("newer")));
        await NothingIsWrong();

        await Store.Commit(First(Run("brief"), Text(2, 40_000)), RunWrite.Deletion(Run("brief")), RunWrite.Deletion(Run("newer")));
        Assert.Equal(0, await Chunks());
    }

    [Fact]
    public async Task A_compaction_keeps_what_its_rows_still_hold_and_lets_the_rest_go()
    {
        var run = Run("agent");
        var (mail, snapshot) = (Text(1, 40_000), Text(2, 40_000));
        await Store.Commit(First(run, mail), Next(run, 2, snapshot + mail) with { Status = 2 });
        var before = await Chunks();

        await Store.Commit(RunWrite.Compaction(run, [new(2, 1, 2, Bytes("compacted " + mail))]));
        Assert.Equal(["compacted " + mail], await Store.Rows(run));
        Assert.InRange(await Chunks(), 1, before - 1);
        await NothingIsWrong();

        await Store.Commit(RunWrite.Compaction(run, [new(2, 1, 2, Bytes("compacted to little"))]));
        Assert.Equal(["compacted to little"], await Store.Rows(run));
        Assert.Equal(0, await Chunks());
        await NothingIsWrong();
    }

    [Fact]
    public async Task A_commit_that_fails_leaves_nothing_of_its_payloads()
    {
        await Store.Commit(First(Run("kept"), Text(1, 40_000)));
        var before = await Chunks();

        await Assert.ThrowsAsync<CommitConflictException>(() => Store.Commit(First(Run("lost"), Text(2, 40_000)), Next(Run("kept"), 9)));

        Assert.Equal(before, await Chunks());
        await Store.Commit(First(Run("lost"), Text(2, 40_000)), Next(Run("kept"), 2));
        Assert.Equal([Text(2, 40_000)], await Store.Rows(Run("lost")));
        await NothingIsWrong();
    }

    [Theory]
    [InlineData("DELETE FROM chunk WHERE chunk_id = {0}", "journal row 1 cannot be put together: payload chunk {0} is missing.")]
    [InlineData("UPDATE chunk SET data = other.data, size = other.size FROM chunk other WHERE other.chunk_id <> {0} AND chunk.chunk_id = {0}", "journal row 1 cannot be put together: payload chunk {0} is damaged, its bytes do not have its hash.")]
    [InlineData("UPDATE chunk SET size = 0 WHERE chunk_id = {0}", "journal row 1 cannot be put together: payload chunk {0} is damaged, its length is damaged.")]
    public async Task A_damaged_chunk_costs_the_runs_that_use_it_and_no_other(string damage, string told)
    {
        await Store.Commit(First(Run("hit"), Text(1, 40_000), Row(Noon)), First(Run("spared"), Text(2, 40_000), Row(Noon)));
        var chunk = await NumberAsync("SELECT min(chunk_id) FROM chunk_use WHERE entity_id = (SELECT entity_id FROM entity WHERE business_id = 'hit')");
#pragma warning disable CA1863 // Once a test.
        await ExecuteAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, damage, chunk));
        told = string.Format(System.Globalization.CultureInfo.InvariantCulture, told, chunk);
#pragma warning restore CA1863

        var problem = await Assert.ThrowsAsync<DamagedRunException>(() => Store.LoadRunAsync(Run("hit"), default).AsTask());
        Assert.Equal((Run("hit"), told), (problem.Run, problem.Damage));
        await Assert.ThrowsAsync<DamagedRunException>(() => Store.ReadHistoryAsync(Run("hit"), 1, 2, default).AsTask());
        Assert.Equal([Text(2, 40_000)], await Store.Rows(Run("spared")));
        await using var inspection = Inspect();
        var runs = (await inspection.ReadRunsAsync(0, 10, default)).ToDictionary(run => run.Run.WorkflowId, run => run.Damage);
        Assert.Equal(told, runs["hit"]);
        Assert.Null(runs["spared"]);
    }

    [Fact]
    public async Task Uses_that_do_not_hold_are_found()
    {
        await Store.Commit(First(Run("one"), Text(1, 40_000)), First(Run("two"), Text(2, 40_000)));
        await ExecuteAsync("DELETE FROM chunk_use WHERE entity_id = (SELECT entity_id FROM entity WHERE business_id = 'one')");
        await ExecuteAsync("DELETE FROM journal WHERE entity_id = (SELECT entity_id FROM entity WHERE business_id = 'two')");
        await ExecuteAsync("DELETE FROM entity WHERE business_id = 'two'");

        await using var inspection = Inspect();
        var run = Assert.Single(await inspection.ReadRunsAsync(0, 10, default));
        Assert.StartsWith("it is not registered as a user of payload chunk ", run.Damage, StringComparison.Ordinal);
        var problems = new List<string>();
        await foreach (var damage in inspection.FindDamageAsync(default))
            problems.Add(damage.Problem);
        Assert.Contains(problems, problem => problem.Contains(" payload chunks are kept for entity ", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.EndsWith(" payload chunks are used by no run.", StringComparison.Ordinal));
    }

    private protected Task<long> Chunks() => NumberAsync("SELECT count(*) FROM chunk");

    /// <summary>Prose of a given length; another seed shares nothing with it.</summary>
    private protected static string Text(int seed, int length)
    {
        var random = new Random(seed);
        var text = new StringBuilder(length + 16);
        while (text.Length < length)
            text.Append("{\"word\":\"").Append(random.Next(100_000)).Append("\"} ");
        return text.ToString(0, length);
    }

    private async Task NothingIsWrong()
    {
        await using var inspection = Inspect();
        await foreach (var damage in inspection.FindDamageAsync(default))
            Assert.Fail(damage.Problem);
        Assert.All(await inspection.ReadRunsAsync(0, 100, default), run => Assert.Null(run.Damage));
    }

    private static byte[] Noise(int length)
    {
        var noise = new byte[length];
        new Random(7).NextBytes(noise);
        noise[0] = 1;
        return noise;
    }
}
