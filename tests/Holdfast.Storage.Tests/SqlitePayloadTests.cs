using Holdfast.Engine.Journal;
using Holdfast.Storage.Inspection;
using Holdfast.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using static Holdfast.Storage.Tests.Writes;

namespace Holdfast.Storage.Tests;

public sealed class SqlitePayloadTests : PayloadContract
{
    // As many rows as are collected before anything is learnt.
    private const int Learnt = 512;

    private readonly TempFolder folder = new();

    private string Path => folder.File("holdfast.db");

    [Fact]
    public async Task A_damaged_chunk_is_mended_by_whoever_writes_the_same_again()
    {
        var mail = Text(1, 40_000);
        await Store.Commit(First(Run("one"), mail));
        await ExecuteAsync("UPDATE chunk SET data = x'00'");
        await using var restarted = await ReopenAsync();
        await Assert.ThrowsAsync<DamagedRunException>(() => restarted.LoadRunAsync(Run("one"), default).AsTask());

        await restarted.Commit(First(Run("two"), mail));

        Assert.Equal([mail], await restarted.Rows(Run("two")));
        Assert.Equal([mail], await restarted.Rows(Run("one")));
    }

    [Fact]
    public async Task Preparing_compresses_only_what_is_not_stored_already()
    {
        var sent = First(Run("one"), Text(1, 200_000));
        var prepared = Store.Prepare(sent);
        Assert.All(prepared.Cut!.Chunks, chunk => Assert.False(chunk.Compressed.IsEmpty));
        await Store.Commit(prepared);
        Assert.All(Store.Prepare(sent).Cut!.Chunks, chunk => Assert.True(chunk.Compressed.IsEmpty));
    }

    [Fact]
    public async Task A_prepared_row_is_whole_when_its_chunks_are_gone_by_the_time_it_is_written()
    {
        var mail = Text(1, 200_000);
        await Store.Commit(First(Run("one"), mail));
        var prepared = Store.Prepare(First(Run("two"), mail));
        await Store.Commit(RunWrite.Deletion(Run("one")));
        await Store.Commit(prepared);
        Assert.Equal([mail], await Store.Rows(Run("two")));
    }

    [Fact]
    public async Task A_backup_holds_the_payloads_of_its_instant()
    {
        var mail = Text(1, 40_000);
        await Store.Commit(First(Run("one"), mail));
        SqliteBackup.Write(Path, folder.File("copy.db"));
        await Store.Commit(RunWrite.Deletion(Run("one")));

        await using var copy = SqliteStore.Open(new SqliteStoreOptions(folder.File("copy.db")));
        Assert.Equal([mail], await copy.Rows(Run("one")));
    }

    [Fact]
    public async Task Compacted_rows_are_compressed_with_what_the_store_has_learnt_of_its_own()
    {
        for (var i = 0; i < Learnt; i++)
            Store.Compress(Journal(i));
        var rows = await CompactTwoAsync();

        var stored = await NumberAsync("SELECT sum(length(records)) FROM journal");
        Assert.True(stored < rows.Sum(row => JournalRows.Compress(row).Length) * 0.8, $"{stored} bytes are stored.");
        Assert.Equal(1, await NumberAsync("SELECT count(*) FROM dictionary"));
        await using var restarted = await ReopenAsync();
        Assert.Equal(rows[0], Assert.Single((await restarted.LoadRunAsync(Run("one"), default))!.Rows));
        Assert.Equal(rows[1], Assert.Single((await restarted.ReadHistoryAsync(Run("two"), 1, 2, default))!).Records.ToArray());

        // What was learnt before is used again, and nothing is learnt anew from a few.
        Assert.True(restarted.Compress(Journal(3)).Length < JournalRows.Compress(Journal(3)).Length * 0.8);
        Assert.Equal(1, await NumberAsync("SELECT count(*) FROM dictionary"));
    }

    [Theory]
    [InlineData("DELETE FROM dictionary", "journal row 1 cannot be decompressed: dictionary 1 is missing.")]
    [InlineData("UPDATE dictionary SET data = zeroblob(1000)", "journal row 1 cannot be decompressed: dictionary 1 is damaged, its bytes do not have its hash.")]
    [InlineData("UPDATE journal SET records = CAST(substr(records, 1, 200) || zeroblob(5) || substr(records, 206) AS BLOB)", "journal row 1 cannot be decompressed: ")]
    public async Task A_damaged_compacted_row_or_dictionary_is_named(string damage, string told)
    {
        for (var i = 0; i < Learnt; i++)
            Store.Compress(Journal(i));
        await CompactTwoAsync();
        await ExecuteAsync(damage);

        var problem = await Assert.ThrowsAsync<DamagedRunException>(() => Store.LoadRunAsync(Run("one"), default).AsTask());

        Assert.StartsWith(told, problem.Damage, StringComparison.Ordinal);
        await using var inspection = Inspect();
        Assert.StartsWith(told, (await inspection.ReadRunsAsync(0, 1, default))[0].Damage, StringComparison.Ordinal);
        await using var restarted = await ReopenAsync();
        await restarted.Commit(First(Run("three")));
        Assert.Equal(["first"], await restarted.Rows(Run("three")));
    }

    [Fact]
    public async Task Nothing_is_learnt_where_a_dictionary_would_not_help()
    {
        for (var i = 0; i < Learnt; i++)
        {
            var noise = new byte[3000];
            new Random(i).NextBytes(noise);
            Store.Compress(noise);
        }

        Assert.Equal(0, await NumberAsync("SELECT count(*) FROM dictionary"));
    }

    protected override IStore Open() => SqliteStore.Open(new SqliteStoreOptions(Path));

    protected override void Closed() => folder.Dispose();

    private protected override IStoreInspection Inspect() => SqliteInspection.Open(Path);

    protected override Task ExecuteAsync(string sql)
    {
        NumberAsync(sql);
        return Task.CompletedTask;
    }

    protected override Task<long> NumberAsync(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own SQL.
        command.CommandText = sql;
#pragma warning restore CA2100
        return Task.FromResult(command.ExecuteScalar() as long? ?? 0);
    }

    private async Task<List<byte[]>> CompactTwoAsync()
    {
        List<byte[]> rows = [Journal(1001), Journal(1002)];
        await Store.Commit(First(Run("one")), First(Run("two")));
        await Store.Commit(
            RunWrite.Compaction(Run("one"), [new(1, 1, 2, Store.Compress(rows[0]))]),
            RunWrite.Compaction(Run("two"), [new(1, 1, 2, Store.Compress(rows[1]))]));
        return rows;
    }

    // What all have in common, and what each has of its own.
    private static byte[] Journal(int seed)
    {
        var common = new Random(1);
        var own = new Random(seed + 10);
        return Bytes(string.Concat(Enumerable.Range(0, 60).Select(line => $"line {line} {common.NextInt64()} {common.NextInt64()} {own.Next(1000)}\n")));
    }

    private async Task<IStore> ReopenAsync()
    {
        await Store.DisposeAsync();
        return Open();
    }
}
