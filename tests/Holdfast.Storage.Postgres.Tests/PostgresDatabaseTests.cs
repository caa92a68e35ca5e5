using System.Globalization;
using Holdfast.EndToEnd.Tests.Programs;
using Holdfast.Storage.Tests;
using Npgsql;
using static Holdfast.Storage.Tests.Writes;

namespace Holdfast.Storage.Postgres.Tests;

/// <summary>What the PostgreSQL store makes of the database that it is given.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresDatabaseTests(SharedPostgres postgres)
{
    private PostgresServer Server => postgres.Server;

    [Fact]
    public async Task Everything_is_there_when_the_database_is_opened_again()
    {
        var address = postgres.NewAddress();
        await using (var store = await OpenAsync(address))
        {
            await store.Commit(First(Run("order-1"), visibility: Row(Noon)) with { Owes = true, Slots = [Slot("a", "1")] });
            await store.FixShardCountAsync(8, default);
        }

        await using var reopened = await OpenAsync(address);
        Assert.Equal(["first"], await reopened.Rows(Run("order-1")));
        Assert.Single(await reopened.FindDueRunsAsync(0, Noon, null, 10, default));
        Assert.Single((await reopened.ListAsync(new VisibilityQuery(Namespace), default)).Entries);
        Assert.Equal(8, await reopened.FixShardCountAsync(16, default));
        await reopened.Commit(Next(Run("order-1"), 2));
        await Assert.ThrowsAsync<CommitConflictException>(() => reopened.Commit(First(Run("order-1"))));
    }

    [Fact]
    public async Task Servers_that_start_at_once_all_come_up_and_the_schema_is_made_once()
    {
        var address = postgres.NewAddress();
        var stores = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => OpenAsync(address)));
        for (var i = 0; i < stores.Length; i++)
            Assert.Equal(i + 1, await stores[i].AcquireShardAsync(1, $"server {i}", renew: false, default));
        Assert.Equal(1L, await Server.ExecuteAsync($"SELECT count(*) FROM {address.Schema}.holdfast_schema"));
        foreach (var store in stores)
            await store.DisposeAsync();
    }

    [Fact]
    public async Task A_newer_schema_is_refused()
    {
        var address = postgres.NewAddress();
        await (await OpenAsync(address)).DisposeAsync();
        await Server.ExecuteAsync($"UPDATE {address.Schema}.holdfast_schema SET version = 1000");
        await RefusedAsync(address, $"has schema version 1000, but this program knows versions up to {Migrations.Latest}.");
        Assert.Equal(1000, await Server.ExecuteAsync($"SELECT version FROM {address.Schema}.holdfast_schema"));
    }

    [Fact]
    public async Task An_older_schema_is_brought_up_to_date_with_all_that_is_in_it()
    {
        var address = postgres.NewAddress();
        var fixture = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "schema-1.sql"));
        await Server.ExecuteAsync(fixture.Replace("SCHEMA SCHEMA", $"SCHEMA {address.Schema}", StringComparison.Ordinal)
            .Replace("= SCHEMA;", $"= {address.Schema};", StringComparison.Ordinal));

        // Who only looks changes nothing.
        await Assert.ThrowsAsync<StoreUnusableException>(() => PostgresInspection.OpenAsync(address, default).AsTask());
        Assert.Equal(1, await Server.ExecuteAsync($"SELECT version FROM {address.Schema}.holdfast_schema"));

        await using (var store = await OpenAsync(address))
        {
            Assert.Equal(["first", "next"], await store.Rows(Run("order-1")));
            Assert.Equal("half", (await store.LoadRunAsync(Run("order-1"), default))!.Slots["heartbeat:5"].ToStringUtf8());
            Assert.Equal("run-1", await store.FindCurrentRunAsync(Namespace, "order-1", default));
            var due = Assert.Single(await store.FindDueRunsAsync(3, DateTime.MaxValue, null, 10, default));
            Assert.Equal((Run("order-1"), false, Noon), (due.Run, due.Owes, due.WakeAt));
            var listed = (await store.ListAsync(new VisibilityQuery(Namespace), default)).Entries[0];
            Assert.Equal((Run("order-1"), Row(Noon)), (listed.Run, listed.Row));
            Assert.Equal("shop", Assert.Single(await store.LoadNamespacesAsync(default)).Name);
            Assert.Equal(16, await store.FixShardCountAsync(4, default));
            await store.CommitIn(3, Next(Run("order-1"), 3));
            Assert.Equal(8L, await Server.ExecuteAsync($"SELECT range_id FROM {address.Schema}.shard WHERE shard = 3"));
        }

        Assert.Equal(Migrations.Latest, await Server.ExecuteAsync($"SELECT version FROM {address.Schema}.holdfast_schema"));
        var fresh = postgres.NewAddress();
        await (await OpenAsync(fresh)).DisposeAsync();
        Assert.Equal(await ColumnsAsync(fresh), await ColumnsAsync(address));

        Task<object?> ColumnsAsync(PostgresAddress of) => Server.ExecuteAsync($"""
            SELECT string_agg(table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, ''), ', ' ORDER BY table_name, column_name)
            FROM information_schema.columns WHERE table_schema = '{of.Schema}'
            """);
    }

    [Fact]
    public async Task Tables_of_another_program_are_refused_and_left_alone()
    {
        var address = postgres.NewAddress();
        await Server.ExecuteAsync($"CREATE SCHEMA {address.Schema}; CREATE TABLE {address.Schema}.journal (entry text)");
        await RefusedAsync(address, "belongs to another program");
        Assert.Equal(1L, await Server.ExecuteAsync($"SELECT count(*) FROM pg_tables WHERE schemaname = '{address.Schema}'"));
    }

    [Fact]
    public async Task A_server_that_is_to_be_the_only_one_is_refused_until_the_other_has_gone()
    {
        var address = postgres.NewAddress();
        var first = await PostgresStore.OpenAsync(new PostgresStoreOptions(address) { Sole = true }, TimeProvider.System, default);
        var problem = await Assert.ThrowsAsync<StoreUnusableException>(
            () => PostgresStore.OpenAsync(new PostgresStoreOptions(address) { Sole = true }, TimeProvider.System, default).AsTask());
        Assert.Contains($"is in use by another server (holdfast on {Environment.MachineName}, process {Environment.ProcessId}", problem.Message, StringComparison.Ordinal);

        // It may come up as soon as the first one goes, while it is being waited for.
        var second = PostgresStore.OpenAsync(new PostgresStoreOptions(address) { Sole = true }, TimeProvider.System, default).AsTask();
        Assert.False(second.IsCompleted);
        await first.DisposeAsync();
        await (await second).DisposeAsync();
    }

    [Fact]
    public async Task An_unreachable_server_a_wrong_password_a_missing_database_and_missing_rights_are_told_apart()
    {
        var port = FreePort.Find();
        await RefusedAsync(PostgresAddress.Parse($"postgres://ada:secret@127.0.0.1:{port}/shop"), $"127.0.0.1:{port}/shop cannot be reached: Connection refused");
        await RefusedAsync(PostgresAddress.Parse(Server.Url().Replace(Uri.EscapeDataString(PostgresServer.Password), "wrong-secret", StringComparison.Ordinal)), "does not let the user 'holdfast' in");
        await RefusedAsync(PostgresAddress.Parse(Server.Url("nowhere")), "There is no database 'nowhere'");
        await Server.ExecuteAsync("CREATE ROLE guest LOGIN PASSWORD 'secret'");
        await RefusedAsync(PostgresAddress.Parse($"postgres://guest:secret@127.0.0.1:{Server.Port}/postgres?search_path=guests"), "The user 'guest' has too few rights");
    }

    [Fact]
    public async Task A_schema_made_by_the_administrator_is_enough()
    {
        await Server.ExecuteAsync("CREATE ROLE lodger LOGIN PASSWORD 'secret'; CREATE SCHEMA lodging AUTHORIZATION lodger");
        await using var store = await OpenAsync(PostgresAddress.Parse($"postgres://lodger:secret@127.0.0.1:{Server.Port}/postgres?search_path=lodging"));
        await store.Commit(First(Run("order-1")));
    }

    [Fact]
    public async Task A_database_that_is_not_in_utf8_is_refused()
    {
        await Server.ExecuteAsync("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
        await RefusedAsync(PostgresAddress.Parse(Server.Url("latin")), "has the encoding LATIN1");
    }

    [Fact]
    public async Task A_server_that_does_not_sync_is_refused_unless_that_is_asked_for()
    {
        var address = postgres.NewAddress();
        await SetFsyncAsync("off");
        try
        {
            await RefusedAsync(address, "runs with fsync = off");
            await (await PostgresStore.OpenAsync(new PostgresStoreOptions(address) { Relaxed = true }, TimeProvider.System, default)).DisposeAsync();
        }
        finally
        {
            await SetFsyncAsync("on");
        }

        async Task SetFsyncAsync(string value)
        {
            await Server.ExecuteAsync($"ALTER SYSTEM SET fsync = {value}");
            await Server.ExecuteAsync("SELECT pg_reload_conf()");
            while (!Equals(await Server.ExecuteAsync("SHOW fsync"), value))
                await Task.Yield();
        }
    }

    [Theory]
    [InlineData("off", false, "on")]
    [InlineData("remote_apply", false, "remote_apply")]
    [InlineData("on", true, "off")]
    public async Task Commits_wait_for_the_disk_whatever_the_role_says(string roleSays, bool relaxed, string expected)
    {
        var role = $"role_{roleSays}_{relaxed}".ToLowerInvariant();
        await Server.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'secret'; CREATE SCHEMA {role} AUTHORIZATION {role}; ALTER ROLE {role} SET synchronous_commit = {roleSays}");
        var address = PostgresAddress.Parse($"postgres://{role}:secret@127.0.0.1:{Server.Port}/postgres?search_path={role}");
        await using var database = await Database.OpenAsync(new PostgresStoreOptions(address) { Relaxed = relaxed }, TimeProvider.System, default);
        await using var writer = database.ConnectToWrite();
        await using var show = new NpgsqlCommand("SHOW synchronous_commit", writer);
        Assert.Equal(expected, await show.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_lost_connection_fails_one_commit_and_is_made_again()
    {
        var address = postgres.NewAddress();
        await using var store = await OpenAsync(address);
        var rangeId = await store.AcquireShardAsync(1, "server", renew: false, default);
        await store.CommitAsync([new CommitBatch(1, rangeId, [First(Run("order-1"))])], default);
        await Server.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'holdfast on %'");

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => store.CommitAsync([new CommitBatch(1, rangeId, [Next(Run("order-1"), 2)])], default).AsTask());
        Assert.Contains(address.ToString(), failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, failure.ToString(), StringComparison.Ordinal);

        // Reads mend their connections by themselves.
        Assert.Equal(["first"], await store.Rows(Run("order-1")));
        rangeId = await store.AcquireShardAsync(1, "server", renew: true, default);
        await store.CommitAsync([new CommitBatch(1, rangeId, [Next(Run("order-1"), 2)])], default);
        Assert.Equal(["first", "next"], await store.Rows(Run("order-1")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_commit_that_outlives_its_connection_is_over_before_the_shard_is_had_again(bool renew)
    {
        var address = postgres.NewAddress();
        await using var store = await OpenAsync(address);
        var rangeId = await store.AcquireShardAsync(1, "server", renew: false, default);
        await store.CommitAsync([new CommitBatch(1, rangeId, [First(Run("order-1"))])], default);

        // The server's side of a connection whose client has gone: its transaction has shown the range id and is not at its end.
        await using var ghost = new NpgsqlConnection(address.Settings.ConnectionString);
        await ghost.OpenAsync();
        await using var transaction = await ghost.BeginTransactionAsync();
        await RunAsync(ghost, $"SELECT assert_range_ids(ARRAY[1], ARRAY[{rangeId.ToString(CultureInfo.InvariantCulture)}::bigint])");
        await RunAsync(ghost, "INSERT INTO setting (name, value) VALUES ('ghost', 'was here')");

        var acquiring = store.AcquireShardAsync(1, renew ? "server" : "another", renew, default).AsTask();
        while (!Equals(await Server.ExecuteAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%range_id%'"), 1L))
            Assert.False(acquiring.IsCompleted);
        await transaction.CommitAsync();
        var next = await acquiring;
        Assert.Equal("was here", await Server.ExecuteAsync($"SELECT value FROM {address.Schema}.setting WHERE name = 'ghost'"));

        // And one that comes later is refused.
        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => RunAsync(ghost, $"SELECT assert_range_ids(ARRAY[1], ARRAY[{rangeId.ToString(CultureInfo.InvariantCulture)}::bigint])"));
        Assert.Equal(SqlStates.RangeIdStale, refused.SqlState);
        await store.CommitAsync([new CommitBatch(1, next, [Next(Run("order-1"), 2)])], default);
    }

    [Fact]
    public async Task Connections_that_the_administrator_ended_are_made_again_and_nobody_who_reads_notices()
    {
        var address = postgres.NewAddress();
        await using var store = await OpenAsync(address);
        await store.Commit(First(Run("order-1"), visibility: Row(Noon)));
        Assert.Equal(1, (await store.CountAsync(new VisibilityQuery(Namespace), default)).Total);
        Assert.True((long)(await Server.ExecuteAsync($"""
            SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE query LIKE '%FROM visibility%' AND pid <> pg_backend_pid()
            """))! > 0);

        Assert.Equal(1, (await store.CountAsync(new VisibilityQuery(Namespace), default)).Total);
        Assert.Single((await store.ListAsync(new VisibilityQuery(Namespace), default)).Entries);
    }

    [Theory]
    [InlineData("DELETE FROM {0}.journal WHERE sequence = 2", "journal row 2 is missing")]
    [InlineData("DELETE FROM {0}.journal WHERE sequence = 3", "there are 2 journal rows, its header names 3")]
    public async Task A_run_with_missing_rows_is_named_and_the_others_are_served(string damage, string told)
    {
        var address = postgres.NewAddress();
        await using var store = await OpenAsync(address);
        await store.Commit(First(Run("order-1")), Next(Run("order-1"), 2), Next(Run("order-1"), 3));
        await store.Commit(First(Run("order-2")));
        await Server.ExecuteAsync(string.Format(CultureInfo.InvariantCulture, damage, address.Schema));
        var damaged = await Assert.ThrowsAsync<DamagedRunException>(() => store.LoadRunAsync(Run("order-1"), default).AsTask());
        Assert.Equal(Run("order-1"), damaged.Run);
        Assert.Contains(told, damaged.Message, StringComparison.Ordinal);
        Assert.NotNull(await store.Rows(Run("order-2")));
    }

    [Fact]
    public async Task A_page_of_a_long_history_costs_the_page_and_not_the_history()
    {
        var address = postgres.NewAddress();
        await using var store = await OpenAsync(address);
        await store.Commit(
        [
            First(Run("order-1")) with { LastEventId = 1 },
            .. Enumerable.Range(2, 5_000).Select(n => Next(Run("order-1"), n) with { FirstEventId = n, LastEventId = n }),
        ]);
        await using var connection = new NpgsqlConnection(address.Settings.ConnectionString);
        await connection.OpenAsync();
        await RunAsync(connection, "SET enable_seqscan = off");
        await using var explain = new NpgsqlCommand("EXPLAIN (ANALYZE, TIMING off, COSTS off, FORMAT TEXT) " + RunReader.RowsOfEvents, connection);
        foreach (var value in (object[])["order-1", "run-1", Namespace, 4_000L, 4_009L])
            explain.Parameters.Add(new NpgsqlParameter { Value = value });

        var plan = new List<string>();
        await using (var lines = await explain.ExecuteReaderAsync())
        {
            while (await lines.ReadAsync())
                plan.Add(lines.GetString(0));
        }

        Assert.Contains(plan, line => line.Contains("journal_pkey", StringComparison.Ordinal) && line.Contains("rows=10 ", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains("Rows Removed", StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(4_000, 10).Select(n => (long)n), (await store.ReadHistoryAsync(Run("order-1"), 4_000, 4_009, default))!.Select(row => row.Sequence));
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // The test's own SQL.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<PostgresStore> OpenAsync(PostgresAddress address) =>
        await PostgresStore.OpenAsync(new PostgresStoreOptions(address), TimeProvider.System, default);

    private static async Task RefusedAsync(PostgresAddress address, string because)
    {
        var problem = await Assert.ThrowsAsync<StoreUnusableException>(() => OpenAsync(address));
        Assert.Contains(because, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, problem.ToString(), StringComparison.Ordinal);
    }
}
