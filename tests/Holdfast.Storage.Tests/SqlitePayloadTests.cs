using Holdfast.Storage.Inspection;
using Holdfast.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using static Holdfast.Storage.Tests.Writes;

namespace Holdfast.Storage.Tests;

public sealed class SqlitePayloadTests : PayloadContract
{
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
    public async Task A_backup_holds_the_payloads_of_its_instant()
    {
        var mail = Text(1, 40_000);
        await Store.Commit(First(Run("one"), mail));
        SqliteBackup.Write(Path, folder.File("copy.db"));
        await Store.Commit(RunWrite.Deletion(Run("one")));

        await using var copy = SqliteStore.Open(new SqliteStoreOptions(folder.File("copy.db")));
        Assert.Equal([mail], await copy.Rows(Run("one")));
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

    private async Task<IStore> ReopenAsync()
    {
        await Store.DisposeAsync();
        return Open();
    }
}
