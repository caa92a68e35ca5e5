using Holdfast.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using static Holdfast.Storage.Tests.Writes;

namespace Holdfast.Storage.Tests;

/// <summary>The write-ahead log is moved into the file beside the commits, and stays short.</summary>
public sealed class LogCheckpointsTests : IAsyncLifetime
{
    private const int Pages = 100;
    private const int RowsPerTransaction = 10;

    private readonly TempFolder folder = new();
    private readonly Lock writing = new();
    private readonly DatabaseFile file;
    private readonly SqliteConnection connection;
    private readonly LogCheckpoints checkpoints;
    private int rows;

    public LogCheckpointsTests()
    {
        file = DatabaseFile.Open(new SqliteStoreOptions(folder.File("a.db")));
        connection = file.ConnectToWrite();
        checkpoints = new LogCheckpoints(file, writing, Pages);
        Write("CREATE TABLE item (id INTEGER PRIMARY KEY, value BLOB)");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await checkpoints.DisposeAsync();
        connection.Dispose();
        file.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task What_fills_the_log_is_moved_into_the_file_and_the_log_begins_anew()
    {
        await FillAsync();
        var length = LogLength();
        for (var i = 0; i < 10; i++)
        {
            await FillAsync();

            // The file alone, as if the log were lost: nothing is missing.
            Assert.Equal(rows, CountInCopy($"without-log-{i}.db", withLog: false));
        }

        Assert.InRange(LogLength(), 1, length + Pages * 8192 / 2);
    }

    [Fact]
    public async Task Under_steady_writes_the_log_does_not_grow_with_what_is_written()
    {
        for (var i = 0; i < 1000; i++)
            Transaction();
        await checkpoints.Running;

        Assert.Equal(rows, CountInCopy("copy.db", withLog: true));
        Assert.InRange(LogLength(), 1, new FileInfo(file.Path).Length / 3);
    }

    [Fact]
    public async Task A_reader_that_lasts_hinders_no_commit_and_when_it_ends_the_log_begins_anew()
    {
        using (var reader = file.ConnectToRead())
        {
            DatabaseFile.Execute(reader, "BEGIN");
            var seen = DatabaseFile.Number(reader, "SELECT count(*) FROM item");
            for (var i = 0; i < 5; i++)
                await FillAsync();
            Assert.Equal(seen, DatabaseFile.Number(reader, "SELECT count(*) FROM item"));
        }

        await FillAsync();
        var length = LogLength();
        Assert.True(length > 4 * Pages * 8192, $"The log has {length} bytes.");
        for (var i = 0; i < 4; i++)
            await FillAsync();
        Assert.Equal(length, LogLength());
        Assert.Equal(rows, CountInCopy("copy.db", withLog: true));
    }

    [Fact]
    public async Task A_crash_in_the_middle_loses_nothing()
    {
        for (var i = 0; i < 20; i++)
        {
            for (var before = checkpoints.Running; before == checkpoints.Running;)
                Transaction();

            // What is copied while pages are being moved is what a crash leaves: some of the pages, and the whole log, which begins anew with a commit only.
            lock (writing)
                Assert.Equal(rows, CountInCopy($"crashed-{i}.db", withLog: true));
            await checkpoints.Running;
        }
    }

    [Fact]
    public async Task The_store_moves_its_log_beside_its_commits()
    {
        const int Transactions = 14;
        const int Writes = 1000;
        var path = folder.File("store.db");
        await using var store = SqliteStore.Open(new SqliteStoreOptions(path));
        var runs = Enumerable.Range(0, Writes).Select(number => Run($"order-{number}")).ToArray();
        for (var sequence = 1; sequence <= Transactions; sequence++)
        {
            var text = new string('r', 7000);
            await store.Commit([.. runs.Select(run => sequence == 1 ? First(run, text) : Next(run, sequence, text))]);
        }

        await store.Checkpointed;
        Assert.InRange(new FileInfo(path).Length, 80_000_000, 200_000_000);
        Assert.Equal(Transactions, (await store.Rows(runs[^1]))!.Count());
    }

    private async Task FillAsync()
    {
        for (var before = checkpoints.Running; before == checkpoints.Running;)
            Transaction();
        await checkpoints.Running;
    }

    private void Transaction()
    {
        Write($"""
            WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {RowsPerTransaction})
            INSERT INTO item (value) SELECT randomblob(6000) FROM number
            """);
        rows += RowsPerTransaction;
    }

    private void Write(string sql)
    {
        lock (writing)
        {
            DatabaseFile.Execute(connection, sql);
            raw.sqlite3_db_status(connection.Handle!, SqliteStore.CacheWrites, out var pages, out _, 1);
            checkpoints.Wrote(pages);
        }
    }

    private long LogLength() => new FileInfo(file.Path + "-wal").Length;

    private long CountInCopy(string name, bool withLog)
    {
        var copy = folder.File(name);
        File.Copy(file.Path, copy);
        if (withLog)
            File.Copy(file.Path + "-wal", copy + "-wal");
        using var opened = new SqliteConnection($"Data Source={copy};Pooling=False");
        opened.Open();
        using var check = opened.CreateCommand();
        check.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", check.ExecuteScalar());
        return DatabaseFile.Number(opened, "SELECT count(*) FROM item");
    }
}
