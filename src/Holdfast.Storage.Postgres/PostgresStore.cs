using System.Globalization;
using System.Text.Json;
using Holdfast.Engine;
using Holdfast.Engine.Journal;
using Npgsql;

namespace Holdfast.Storage.Postgres;

/// <summary>
/// Keeps everything in a PostgreSQL database, in tables of a schema of its own. One connection writes, a few read. A connection that is lost is made
/// again; what was being written on it has an unknown outcome.
/// </summary>
public sealed class PostgresStore : IStore
{
    private readonly Database database;
    private readonly WriterConnection connection;
    private readonly CommitWriter writer;
    private readonly Lock writing = new();
    private bool disposed;

    private PostgresStore(Database database, NpgsqlConnection writable)
    {
        this.database = database;
        connection = new WriterConnection(database, writable);
        writer = new CommitWriter(connection);
    }

    /// <summary>Connects, and brings the schema up to date; of several servers that do so at once, one does the work.</summary>
    /// <exception cref="StoreUnusableException">
    /// It cannot be reached, refuses us, is of a newer schema, cannot promise durability, or is another server's alone.
    /// </exception>
    public static async ValueTask<PostgresStore> OpenAsync(PostgresStoreOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var database = await Database.OpenAsync(options, time, cancellation);
        try
        {
            return new PostgresStore(database, await database.ConnectAsSoleAsync(cancellation));
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public async ValueTask<long> AcquireShardAsync(int shard, string owner, bool renew, CancellationToken cancellation)
    {
        // Either statement waits for commits under way that show the range id it is about to replace, those of a lost connection included.
        var rangeId = await AskAsync(
            async () =>
            {
                await using var take = database.Readers.CreateCommand(renew
                    ? "UPDATE shard SET range_id = range_id + 1 WHERE shard = $1 AND owner = $2 RETURNING range_id"
                    : """
                    INSERT INTO shard (shard, range_id, owner) VALUES ($1, 1, $2)
                    ON CONFLICT (shard) DO UPDATE SET range_id = shard.range_id + 1, owner = excluded.owner RETURNING range_id
                    """);
                take.Parameters.Add(new NpgsqlParameter<int> { TypedValue = shard });
                take.Parameters.Add(new NpgsqlParameter<string> { TypedValue = owner });
                return await take.ExecuteScalarAsync(cancellation) as long?;
            });
        writer.Forget();
        return rangeId ?? throw ShardLostException.Owner(shard, await FindOwnerAsync(shard, cancellation));
    }

    public ValueTask CommitAsync(IReadOnlyList<CommitBatch> batches, CancellationToken cancellation)
    {
        lock (writing)
        {
            try
            {
                writer.Commit(batches);
            }
            catch (NpgsqlException e)
            {
                throw Failed(e);
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<StoredRun?> LoadRunAsync(RunKey run, CancellationToken cancellation) =>
        AskAsync(() => RunReader.LoadAsync(database.Readers, run, cancellation));

    public ValueTask<IReadOnlyList<JournalRow>?> LoadJournalAsync(RunKey run, CancellationToken cancellation) =>
        AskAsync<IReadOnlyList<JournalRow>?>(async () => await RunReader.ReadRowsAsync(database.Readers.CreateCommand, run, 0, long.MaxValue, cancellation));

    public ValueTask<IReadOnlyList<JournalRow>?> ReadHistoryAsync(RunKey run, long firstEventId, long lastEventId, CancellationToken cancellation) =>
        AskAsync<IReadOnlyList<JournalRow>?>(
            async () => await RunReader.ReadRowsAsync(database.Readers.CreateCommand, run, Math.Max(1, firstEventId), lastEventId, cancellation));

    public ValueTask<IReadOnlyList<CompactableRun>> FindCompactableRunsAsync(int shard, long afterEntityId, int limit, CancellationToken cancellation) =>
        AskAsync(() => RunReader.FindCompactableAsync(database.Readers, shard, afterEntityId, limit, cancellation));

    // Not done for PostgreSQL: its writer cuts large rows as part of the commit.
    public RunWrite Prepare(RunWrite write) => write;

    public ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> row) => JournalRows.Compress(row);

    public ValueTask<string?> FindCurrentRunAsync(string namespaceId, string workflowId, CancellationToken cancellation) =>
        AskAsync(() => RunReader.FindCurrentRunAsync(database.Readers.CreateCommand, namespaceId, workflowId, cancellation));

    public ValueTask<IReadOnlyList<DueRun>> FindDueRunsAsync(
        int shard, DateTime wakeBefore, DueRun? after, int limit, CancellationToken cancellation) =>
        AskAsync(() => RunReader.FindDueAsync(database.Readers, shard, wakeBefore, after, limit, cancellation));

    public ValueTask<IReadOnlyList<RunKey>> FindExpiredRunsAsync(string namespaceId, DateTime closedBefore, int limit, CancellationToken cancellation) =>
        AskAsync(() => RunReader.FindExpiredAsync(database.Readers, namespaceId, closedBefore, limit, cancellation));

    public ValueTask<VisibilityPage> ListAsync(VisibilityQuery query, CancellationToken cancellation) =>
        AskAsync(() => VisibilityReader.ListAsync(database.Readers, query, cancellation));

    public ValueTask<VisibilityCount> CountAsync(VisibilityQuery query, CancellationToken cancellation) =>
        AskAsync(() => VisibilityReader.CountAsync(database.Readers, query, cancellation));

    public ValueTask<IReadOnlyList<StoredNamespace>> LoadNamespacesAsync(CancellationToken cancellation) =>
        AskAsync(() => LoadNamespacesAsync(database.Readers.CreateCommand, cancellation));

    internal static async ValueTask<IReadOnlyList<StoredNamespace>> LoadNamespacesAsync(Func<string, NpgsqlCommand> command, CancellationToken cancellation)
    {
        await using var select = command("SELECT namespace_id, name, settings, search_attributes FROM namespace ORDER BY name");
        await using var rows = await select.ExecuteReaderAsync(cancellation);
        var found = new List<StoredNamespace>();
        while (await rows.ReadAsync(cancellation))
        {
            found.Add(new StoredNamespace(
                StoredText.ToText(rows.GetString(0)),
                StoredText.ToText(rows.GetString(1)),
                rows.GetFieldValue<byte[]>(2),
                JsonSerializer.Deserialize(rows.GetString(3), StoredJson.Default.DictionaryStringInt32) ?? []));
        }

        return found;
    }

    public async ValueTask SaveNamespaceAsync(StoredNamespace ns, CancellationToken cancellation)
    {
        await AskAsync(async () =>
        {
            await using var upsert = database.Readers.CreateCommand("""
                INSERT INTO namespace (namespace_id, name, settings, search_attributes) VALUES ($1, $2, $3, $4)
                ON CONFLICT (namespace_id) DO UPDATE SET
                    name = excluded.name, settings = excluded.settings, search_attributes = excluded.search_attributes
                """);
            upsert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = StoredText.From(ns.Id) });
            upsert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = StoredText.From(ns.Name) });
            upsert.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = [.. ns.Settings] });
            upsert.Parameters.Add(new NpgsqlParameter<string>
            {
                TypedValue = JsonSerializer.Serialize(new Dictionary<string, int>(ns.SearchAttributes), StoredJson.Default.DictionaryStringInt32),
            });
            return await upsert.ExecuteNonQueryAsync(cancellation);
        });
    }

    public async ValueTask<int> FixShardCountAsync(int proposed, CancellationToken cancellation)
    {
        return await AskAsync(async () =>
        {
            await using var insert = database.Readers.CreateCommand("INSERT INTO setting (name, value) VALUES ('shards', $1) ON CONFLICT (name) DO NOTHING");
            insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = proposed.ToString(CultureInfo.InvariantCulture) });
            await insert.ExecuteNonQueryAsync(cancellation);
            await using var select = database.Readers.CreateCommand("SELECT value FROM setting WHERE name = 'shards'");
            return int.Parse((string)(await select.ExecuteScalarAsync(cancellation))!, CultureInfo.InvariantCulture);
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, true))
            return;

        lock (writing)
            connection.Dispose();
        await database.DisposeAsync();
    }

    private ValueTask<string?> FindOwnerAsync(int shard, CancellationToken cancellation) => AskAsync(async () =>
    {
        await using var select = database.Readers.CreateCommand("SELECT owner FROM shard WHERE shard = $1");
        select.Parameters.Add(new NpgsqlParameter<int> { TypedValue = shard });
        return await select.ExecuteScalarAsync(cancellation) as string;
    });

    /// <summary>
    /// Asks what may as well be asked twice. After a restart of PostgreSQL every pooled connection is dead, and only the one that is used is noticed.
    /// </summary>
    private async ValueTask<T> AskAsync<T>(Func<ValueTask<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (NpgsqlException e) when (e.IsTransient && !disposed)
        {
            database.Readers.Clear();
        }
        catch (NpgsqlException e)
        {
            throw Failed(e);
        }

        try
        {
            return await ask();
        }
        catch (NpgsqlException e)
        {
            throw Failed(e);
        }
    }

    private IOException Failed(NpgsqlException e) => e switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } =>
            new StoreUnavailableException($"The disk of the PostgreSQL at {database.Address} is full. Make room for writes.", e),
        PostgresException { IsTransient: true } refused => new StoreUnavailableException($"PostgreSQL at {database.Address} cannot answer now: {refused.MessageText}", e),
        PostgresException refused => new IOException($"PostgreSQL at {database.Address} refused: {refused.MessageText}", e),
        _ => new StoreUnavailableException($"The connection to the PostgreSQL at {database.Address} failed: {(e.InnerException ?? e).Message}", e),
    };
}
