using Holdfast.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using static Holdfast.Storage.Tests.Writes;

namespace Holdfast.Storage.Tests;

/// <summary>What the SQLite store makes of the file that it is given.</summary>
public sealed class DatabaseFileTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly string path;

    public DatabaseFileTests() => path = folder.File("holdfast.db");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Everything_is_there_when_the_database_is_opened_again()
    {
        await using (var store = Open())
        {
            await store.Commit(First(Run("order-1"), visibility: Row(Noon)) with { Owes = true, Slots = [Slot("a", "1")] });
            await store.FixShardCountAsync(8, default);
        }

        Assert.False(File.Exists(path + "-wal"));
        await using var reopened = Open();
        Assert.Equal(["first"], await reopened.Rows(Run("order-1")));
        Assert.Equal("run-1", await reopened.FindCurrentRunAsync(Namespace, "order-1", default));
        Assert.Single(await reopened.FindDueRunsAsync(0, Noon, null, 10, default));
        Assert.Single((await reopened.ListAsync(new VisibilityQuery(Namespace), default)).Entries);
        Assert.Equal(8, await reopened.FixShardCountAsync(16, default));
        await reopened.Commit(Next(Run("order-1"), 2));
        await Assert.ThrowsAsync<CommitConflictException>(() => reopened.Commit(First(Run("order-1"))));
    }

    [Theory]
    [InlineData(false, 2L)]
    [InlineData(true, 1L)]
    public async Task Relaxed_or_not_the_log_is_written_ahead_and_only_when_not_is_the_disk_waited_for(bool relaxed, long synchronous)
    {
        using (var file = DatabaseFile.Open(new SqliteStoreOptions(path) { Relaxed = relaxed }))
        using (var connection = file.ConnectToWrite())
        {
            Assert.Equal(synchronous, DatabaseFile.Number(connection, "PRAGMA synchronous"));
            using var mode = connection.CreateCommand();
            mode.CommandText = "PRAGMA journal_mode";
            Assert.Equal("wal", mode.ExecuteScalar());
        }

        await using (var store = SqliteStore.Open(new SqliteStoreOptions(path) { Relaxed = relaxed }))
            await store.Commit(First(Run("order-1")));
        await using var reopened = Open();
        Assert.Equal(["first"], await reopened.Rows(Run("order-1")));
    }

    [Fact]
    public async Task Missing_folders_are_made()
    {
        await using var store = SqliteStore.Open(new SqliteStoreOptions(folder.File("data/of/shop.db")));
        await store.Commit(First(Run("order-1")));
    }

    [Theory]
    [InlineData("dear diary")]
    [InlineData("SQLite format 2\0 and more of something else")]
    public void A_file_that_is_no_database_is_refused_and_left_alone(string content)
    {
        File.WriteAllText(path, content);
        Refused("is not a SQLite database");
        Assert.Equal(content, File.ReadAllText(path));
    }

    [Theory]
    [InlineData("CREATE TABLE recipe (name TEXT)")]
    [InlineData("PRAGMA application_id = 42")]
    [InlineData("PRAGMA user_version = 1")]
    public void A_database_of_another_program_is_refused_and_left_alone(string sql)
    {
        Execute(sql);
        var before = File.ReadAllBytes(path);
        Refused("belongs to another program");
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public async Task A_newer_schema_is_refused_and_left_alone()
    {
        await Open().DisposeAsync();
        Execute("PRAGMA user_version = 1000");
        var before = File.ReadAllBytes(path);
        Refused("has schema version 1000");
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public async Task A_damaged_schema_is_refused()
    {
        await Open().DisposeAsync();
        var bytes = File.ReadAllBytes(path);
        Array.Fill(bytes, (byte)0xFF, 100, 8000);
        File.WriteAllBytes(path, bytes);
        Refused("is damaged");
        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    [Fact]
    public async Task A_database_cut_short_is_refused()
    {
        await Open().DisposeAsync();
        using (var file = File.OpenWrite(path))
            file.SetLength(file.Length / 2);
        Refused("is damaged");
    }

    [Fact]
    public async Task A_database_in_use_is_refused_until_it_is_free()
    {
        var store = Open();
        Refused("is in use by another server process");
        await store.Commit(First(Run("order-1")));
        await store.DisposeAsync();
        await Open().DisposeAsync();
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_refused()
    {
        File.WriteAllText(folder.File("file"), "");
        var problem = Assert.Throws<StoreUnusableException>(() => SqliteStore.Open(new SqliteStoreOptions(folder.File("file/holdfast.db"))));
        Assert.Contains("cannot be made", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_place_of_the_file_is_refused()
    {
        Directory.CreateDirectory(path);
        Refused("is a folder");
    }

    [Fact]
    public async Task A_making_cut_short_is_begun_again()
    {
        Execute("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL");
        await using var store = Open();
        await store.Commit(First(Run("order-1")));
    }

    [Theory]
    [InlineData("DELETE FROM journal WHERE sequence = 2", "journal row 2 is missing")]
    [InlineData("DELETE FROM journal WHERE sequence = 3", "there are 2 journal rows, its header names 3")]
    public async Task A_run_with_missing_rows_is_named_and_the_others_are_served(string damage, string told)
    {
        await using (var store = Open())
        {
            await store.Commit(First(Run("order-1")), Next(Run("order-1"), 2), Next(Run("order-1"), 3));
            await store.Commit(First(Run("order-2")));
        }

        Execute(damage);
        await using var reopened = Open();
        var damaged = await Assert.ThrowsAsync<DamagedRunException>(() => reopened.LoadRunAsync(Run("order-1"), default).AsTask());
        Assert.Equal(Run("order-1"), damaged.Run);
        Assert.Contains(told, damaged.Message, StringComparison.Ordinal);
        Assert.NotNull(await reopened.Rows(Run("order-2")));
    }

    [Fact]
    public async Task A_torn_page_hides_no_run_that_is_due()
    {
        const int Runs = 300;
        await using (var store = Open())
        {
            for (var i = 0; i < Runs; i++)
                await store.Commit(First(Run($"order-{i}")) with { Owes = i % 2 == 0, WakeAt = i % 2 == 0 ? null : Noon });
        }

        var intact = File.ReadAllBytes(path);
        var pages = intact.Length / 8192;
        var unusable = 0;
        for (var page = 1; page < pages; page++)
        {
            var torn = (byte[])intact.Clone();
            Array.Fill(torn, (byte)0xFF, page * 8192, 8192);
            File.WriteAllBytes(path, torn);
            SqliteStore store;
            try
            {
                store = Open();
            }
            catch (StoreUnusableException)
            {
                unusable++;
                continue;
            }

            await using var opened = store;
            List<DueRun> due = [];
            while (await store.FindDueRunsAsync(0, DateTime.MaxValue, due.LastOrDefault(), 100, default) is { Count: > 0 } found)
                due.AddRange(found);
            if (due.Count == 0)
                unusable++;
            else
                Assert.Equal(Runs, due.Select(run => run.Run).Distinct().Count());
        }

        Assert.InRange(unusable, 0, 3);
    }

    [Fact]
    public async Task A_crash_leaves_whole_transactions_only()
    {
        // Each transaction writes one row to each of three runs and the same number into a slot of the first.
        var runs = new[] { Run("order-1"), Run("order-2"), Run("order-3") };
        byte[] database, log;
        await using (var store = Open())
        {
            await store.Commit([.. runs.Select(run => First(run, "1"))]);
            for (var number = 2; number <= 30; number++)
            {
                await store.Commit([.. runs.Select(run => Next(run, number, new string('r', number * 700)) with
                {
                    Slots = [Slot("last", number.ToString(System.Globalization.CultureInfo.InvariantCulture))],
                })]);
            }

            // Without a checkpoint the file holds still and the log only grows: what a crash leaves is the file and some first part of the log.
            database = Copy(path);
            log = Copy(path + "-wal");
        }

        var random = new Random(5);
        var found = new HashSet<int>();
        for (var i = 0; i < 40; i++)
        {
            var crashed = folder.File($"crashed-{i}.db");
            File.WriteAllBytes(crashed, database);
            File.WriteAllBytes(crashed + "-wal", log[..random.Next(log.Length + 1)]);
            await using var store = SqliteStore.Open(new SqliteStoreOptions(crashed));
            var counts = new List<int>();
            foreach (var run in runs)
                counts.Add((await store.Rows(run))?.Count() ?? 0);
            var count = Assert.Single(counts.Distinct());
            found.Add(count);
            if (count > 1)
                Assert.Equal($"{count}", (await store.LoadRunAsync(runs[0], default))!.Slots["last"].ToStringUtf8());
            if (count > 0)
                await store.Commit(Next(runs[0], count + 1));
        }

        Assert.True(found.Count > 10, "The cuts fell into too few transactions to show anything.");
    }

    [Fact]
    public async Task Range_ids_grow_over_restarts()
    {
        long first;
        await using (var store = Open())
            first = await store.AcquireShardAsync(1, "first", renew: false, default);

        await using var reopened = Open();
        await Assert.ThrowsAsync<ShardLostException>(() => reopened.AcquireShardAsync(1, "second", renew: true, default).AsTask());
        Assert.True(await reopened.AcquireShardAsync(1, "second", renew: false, default) > first);
        await Assert.ThrowsAsync<ShardLostException>(() => reopened.CommitAsync([new CommitBatch(1, first, [First(Run("order-1"))])], default).AsTask());
    }

    [Theory]
    [InlineData("schema-1.sql")]
    [InlineData("schema-3.sql")]
    [InlineData("schema-5.sql")]
    public async Task A_database_of_an_older_schema_is_brought_up_to_date_with_all_it_holds(string fixture)
    {
        Execute(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", fixture)));
        await using (var store = Open())
        {
            Assert.Equal(["first", "next"], await store.Rows(Run("order-1")));
            Assert.Equal("half", (await store.LoadRunAsync(Run("order-1"), default))!.Slots["heartbeat:5"].ToStringUtf8());
            Assert.Equal("run-1", await store.FindCurrentRunAsync(Namespace, "order-1", default));
            var due = Assert.Single(await store.FindDueRunsAsync(3, DateTime.MaxValue, null, 10, default));
            Assert.Equal((Run("order-1"), false, Noon), (due.Run, due.Owes, due.WakeAt));
            var listed = (await store.ListAsync(new VisibilityQuery(Namespace), default)).Entries[0];
            Assert.Equal((Run("order-1"), Row(Noon.AddMinutes(-1))), (listed.Run, listed.Row));
            Assert.Equal("shop", Assert.Single(await store.LoadNamespacesAsync(default)).Name);
            Assert.Equal(16, await store.FixShardCountAsync(4, default));
            await store.Commit(Next(Run("order-1"), 3));
        }

        await SqliteStore.Open(new SqliteStoreOptions(folder.File("fresh.db"))).DisposeAsync();
        Assert.Equal(Schema(folder.File("fresh.db")), Schema(path));
    }

    [Fact]
    public async Task A_compacted_run_of_schema_3_is_still_read()
    {
        var run = Run("order-2", "a67f8e1c-3a52-4d0e-9c55-0d8f4a2b7e61");
        Execute(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "schema-3.sql")));
        await using var store = Open();

        var row = Assert.Single((await store.LoadJournalAsync(run, default))!);
        Assert.Equal((5, 1, 9), (row.Sequence, row.FirstEventId, row.LastEventId));
        Assert.Equal([0, 1, 200], row.Records.Span[..3].ToArray());
        Assert.Equal(run.RunId, await store.FindCurrentRunAsync(Namespace, "order-2", default));
        var listed = (await store.ListAsync(new VisibilityQuery(Namespace), default)).Entries[1];
        Assert.Equal(run, listed.Run);
        Assert.Equal(
            Row(Noon.AddMinutes(-1), Noon) with
            {
                HistoryLength = 9,
                HistorySizeBytes = 200,
                StateTransitionCount = 3,
                ParentWorkflowId = "parent",
                ParentRunId = "run-p",
                RootWorkflowId = run.WorkflowId,
                RootRunId = run.RunId,
            },
            listed.Row);
    }

    private static byte[] Copy(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static List<string> Schema(string path)
    {
        using var connection = Connect(path);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name || ': ' || ifnull(sql, '') FROM sqlite_schema ORDER BY name";
        using var rows = command.ExecuteReader();
        var found = new List<string>();
        while (rows.Read())
            found.Add(string.Join(' ', rows.GetString(0).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        return found;
    }

    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }

    private SqliteStore Open() => SqliteStore.Open(new SqliteStoreOptions(path));

    private void Refused(string because)
    {
        var problem = Assert.Throws<StoreUnusableException>(Open);
        Assert.Contains(because, problem.Message, StringComparison.Ordinal);
        Assert.Contains(path, problem.Message, StringComparison.Ordinal);
    }

    private void Execute(string sql)
    {
        using var connection = Connect(path);
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own SQL.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
