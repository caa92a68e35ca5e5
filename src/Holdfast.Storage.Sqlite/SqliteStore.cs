using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Holdfast.Engine;
using Holdfast.Storage.Payloads;
using Holdfast.Storage.Sqlite.Payloads;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Holdfast.Storage.Sqlite;

/// <summary>
/// Keeps everything in one SQLite file (and its write-ahead log beside it). One connection writes, a few read; readers never wait for the writer.
/// </summary>
public sealed class SqliteStore : IStore
{
    // SQLITE_DBSTATUS_CACHE_WRITE: https://sqlite.org/c3ref/c_dbstatus_options.html. With a write-ahead log, the pages written to it.
    internal const int CacheWrites = 9;

    private readonly DatabaseFile file;
    private readonly ReaderPool readers;
    private readonly Lock writing = new();
    private readonly SqliteConnection connection;
    private readonly ShardOwnership shards;
    private readonly CommitWriter writer;
    private readonly LogCheckpoints checkpoints;
    private readonly RowPacker packer;
    private readonly KnownWorkflowIds known;
    private readonly RecentChunks recent = new();
    private readonly StoredIds ids;
    private readonly CancellationTokenSource closing = new();
    private bool disposed;

    private SqliteStore(DatabaseFile file)
    {
        this.file = file;
        connection = file.ConnectToWrite();
        ids = LoadIds();
        readers = new ReaderPool(file, ids);
        shards = new ShardOwnership(connection);
        known = new KnownWorkflowIds(NewestEntityId());
        writer = new CommitWriter(connection, shards, known, ids, recent);
        checkpoints = new LogCheckpoints(file, writing);
        packer = new RowPacker(FindNewestDictionary(), SaveDictionary);
        AllIdsKnown = Task.Run(FillKnownAsync);
    }

    /// <summary>Ends when ids that are not stored are known to be new without a look at the disk.</summary>
    internal Task AllIdsKnown { get; }

    /// <summary>Ends when the log's checkpoint that is under way, if any, has ended.</summary>
    internal Task Checkpointed => checkpoints.Running;

    /// <summary>Opens the database, makes it when the file is missing, and brings its schema up to date.</summary>
    /// <exception cref="StoreUnusableException">The file is foreign, damaged, newer, in use or not to be written; nothing was changed.</exception>
    public static SqliteStore Open(SqliteStoreOptions options)
    {
        var file = DatabaseFile.Open(options);
        try
        {
            return new SqliteStore(file);
        }
        catch (SqliteException e)
        {
            file.Dispose();
            throw DatabaseFile.Unusable(file.Path, e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public ValueTask<long> AcquireShardAsync(int shard, string owner, bool renew, CancellationToken cancellation)
    {
        lock (writing)
        {
            try
            {
                return ValueTask.FromResult(shards.Acquire(shard, owner, renew));
            }
            catch (SqliteException e) when (e.SqliteErrorCode == raw.SQLITE_FULL)
            {
                throw Full(e);
            }
        }
    }

    public ValueTask CommitAsync(IReadOnlyList<CommitBatch> batches, CancellationToken cancellation)
    {
        lock (writing)
        {
            try
            {
                writer.Commit(batches);
                checkpoints.Wrote(PagesWritten());
            }
            catch (SqliteException e) when (e.SqliteErrorCode == raw.SQLITE_FULL)
            {
                throw Full(e);
            }
        }

        return ValueTask.CompletedTask;
    }

    public RunWrite Prepare(RunWrite write)
    {
        ArgumentNullException.ThrowIfNull(write);
        return write with
        {
            Cut = Cut(write.Records),
            Compacted = write.Compacted.Count == 0 ? write.Compacted : [.. write.Compacted.Select(row => row with { Cut = Cut(row.Records) })],
        };

        CutRow? Cut(ReadOnlyMemory<byte> row) => ChunkedRow.Suits(row.Span) ? CutRow.Compressed(row, hash => recent.MayHold(hash)) : null;
    }

    public ValueTask<StoredRun?> LoadRunAsync(RunKey run, CancellationToken cancellation) =>
        readers.ReadAsync(reader => reader.LoadRun(run), cancellation);

    public ValueTask<IReadOnlyList<JournalRow>?> LoadJournalAsync(RunKey run, CancellationToken cancellation) =>
        readers.ReadAsync<IReadOnlyList<JournalRow>?>(reader => reader.LoadJournal(run), cancellation);

    public ValueTask<IReadOnlyList<JournalRow>?> ReadHistoryAsync(RunKey run, long firstEventId, long lastEventId, CancellationToken cancellation) =>
        readers.ReadAsync<IReadOnlyList<JournalRow>?>(reader => reader.ReadHistory(run, firstEventId, lastEventId), cancellation);

    public ValueTask<IReadOnlyList<CompactableRun>> FindCompactableRunsAsync(int shard, long afterEntityId, int limit, CancellationToken cancellation) =>
        readers.ReadAsync<IReadOnlyList<CompactableRun>>(reader => reader.FindCompactableRuns(shard, afterEntityId, limit), cancellation);

    public ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> row) => packer.Pack(row);

    public ValueTask<string?> FindCurrentRunAsync(string namespaceId, string workflowId, CancellationToken cancellation) =>
        known.MayHold(namespaceId, workflowId)
            ? readers.ReadAsync(reader => reader.FindCurrentRun(namespaceId, workflowId), cancellation)
            : ValueTask.FromResult<string?>(null);

    public ValueTask<IReadOnlyList<DueRun>> FindDueRunsAsync(
        int shard, DateTime wakeBefore, DueRun? after, int limit, CancellationToken cancellation) =>
        readers.ReadAsync<IReadOnlyList<DueRun>>(reader => reader.FindDueRuns(shard, wakeBefore, after, limit), cancellation);

    public ValueTask<IReadOnlyList<RunKey>> FindExpiredRunsAsync(string namespaceId, DateTime closedBefore, int limit, CancellationToken cancellation) =>
        readers.ReadAsync<IReadOnlyList<RunKey>>(reader => reader.FindExpiredRuns(namespaceId, closedBefore, limit), cancellation);

    public ValueTask<VisibilityPage> ListAsync(VisibilityQuery query, CancellationToken cancellation) =>
        readers.ReadAsync(reader => VisibilityReader.List(reader, query), cancellation);

    public ValueTask<VisibilityCount> CountAsync(VisibilityQuery query, CancellationToken cancellation) =>
        readers.ReadAsync(reader => VisibilityReader.Count(reader, query), cancellation);

    public ValueTask<IReadOnlyList<StoredNamespace>> LoadNamespacesAsync(CancellationToken cancellation) =>
        readers.ReadAsync<IReadOnlyList<StoredNamespace>>(reader => OrUnusable(() => LoadNamespaces(reader)), cancellation);

    internal static List<StoredNamespace> LoadNamespaces(Reader reader)
    {
        using var select = new Statement(reader.Connection, "SELECT namespace_id, name, settings, search_attributes FROM namespace ORDER BY name");
        var found = new List<StoredNamespace>();
        while (select.Read())
        {
            found.Add(new StoredNamespace(
                select.Text(0),
                select.Text(1),
                select.Blob(2).ToArray(),
                JsonSerializer.Deserialize(select.Blob(3), StoredJson.Default.DictionaryStringInt32) ?? []));
        }

        return found;
    }

    public ValueTask SaveNamespaceAsync(StoredNamespace ns, CancellationToken cancellation)
    {
        lock (writing)
        {
            // One whose runs stand under its full id already goes on so.
            using var upsert = new Statement(connection, """
                INSERT INTO namespace (namespace_id, name, settings, search_attributes, key) VALUES (
                    ?1, ?2, ?3, ?4,
                    CASE WHEN NOT EXISTS (SELECT 1 FROM current_run WHERE namespace_id = ?1) AND NOT EXISTS (SELECT 1 FROM visibility WHERE namespace_id = ?1)
                    THEN (SELECT '~' || (coalesce(max(CAST(substr(key, 2) AS INTEGER)), 0) + 1) FROM namespace) END)
                ON CONFLICT (namespace_id) DO UPDATE SET
                    name = excluded.name, settings = excluded.settings, search_attributes = excluded.search_attributes
                """);
            upsert.Bind(1, ns.Id).Bind(2, ns.Name).Bind(3, ns.Settings.AsSpan())
                .BindText(4, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, int>(ns.SearchAttributes), StoredJson.Default.DictionaryStringInt32))
                .Execute();
            using var select = new Statement(connection, "SELECT key FROM namespace WHERE namespace_id = ?1");
            if (select.Bind(1, ns.Id).Read() && !select.IsNull(0))
                ids.Add(ns.Id, select.Text(0));
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<int> FixShardCountAsync(int proposed, CancellationToken cancellation)
    {
        lock (writing)
        {
            return ValueTask.FromResult(OrUnusable(() => FixShardCount(proposed)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, true))
            return;

        await closing.CancelAsync();
        await AllIdsKnown;
        closing.Dispose();

        // The connection that writes goes last: closing the last one moves the log into the file, which a read-only one could not.
        await readers.DisposeAsync();
        await checkpoints.DisposeAsync();
        lock (writing)
        {
            packer.Dispose();
            writer.Dispose();
            connection.Dispose();
        }

        file.Dispose();
    }

    /// <summary>Beside the first requests, which look up all ids meanwhile.</summary>
    private async Task FillKnownAsync()
    {
        try
        {
            const int Page = 5_000;
            var (namespaceId, workflowId) = ("", "");
            while (!closing.IsCancellationRequested)
            {
                var page = await readers.ReadAsync(reader => reader.ListWorkflowIds(namespaceId, workflowId, Page), closing.Token);
                foreach (var found in page)
                    known.Add(ids.NamespaceOf(found.NamespaceId), found.WorkflowId);
                if (page.Count < Page)
                {
                    known.Complete();
                    return;
                }

                (namespaceId, workflowId) = page[^1];
                await Task.Yield();
            }
        }
#pragma warning disable CA1031 // It stays incomplete: every id is looked up, and whoever looks up a damaged one hears of it.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    // Since the last time.
    private int PagesWritten()
    {
        raw.sqlite3_db_status(connection.Handle!, CacheWrites, out var count, out _, resetFlg: 1);
        return count;
    }

    // Where the table is damaged, whoever loads the namespaces hears of it, and serves no run.
    private StoredIds LoadIds()
    {
        try
        {
            return StoredIds.Load(connection);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == raw.SQLITE_CORRUPT)
        {
            return new StoredIds();
        }
    }

    // As many runs as there can be. Where the table is damaged the filter is smaller than it might be; the rest is served.
    private long NewestEntityId()
    {
        try
        {
            return DatabaseFile.Number(connection, "SELECT coalesce(max(entity_id), 0) FROM entity");
        }
        catch (SqliteException e) when (e.SqliteErrorCode == raw.SQLITE_CORRUPT)
        {
            return 0;
        }
    }

    private IOException Full(SqliteException e) =>
        new($"The disk that holds the database {file.Path} is full. Reads go on; make room for writes.", e);

    // One that is damaged costs the rows that need it; no more are made.
    private (int Number, byte[] Bytes)? FindNewestDictionary()
    {
        using var select = new Statement(connection, "SELECT dictionary_id, hash, data FROM dictionary ORDER BY dictionary_id DESC LIMIT 1");
        try
        {
            return select.Read() && SHA256.HashData(select.Blob(2)).AsSpan().SequenceEqual(select.Blob(1)) ? (select.Int(0), select.Blob(2).ToArray()) : null;
        }
        catch (SqliteException e) when (e.SqliteErrorCode == raw.SQLITE_CORRUPT)
        {
            return null;
        }
    }

    private int SaveDictionary(byte[] dictionary)
    {
        lock (writing)
        {
            using var insert = new Statement(connection, "INSERT INTO dictionary (hash, data) VALUES (?1, ?2)");
            insert.Bind(1, SHA256.HashData(dictionary).AsSpan()).Bind(2, dictionary.AsSpan()).Execute();
            return (int)DatabaseFile.Number(connection, "SELECT max(dictionary_id) FROM dictionary");
        }
    }

    private int FixShardCount(int proposed)
    {
        using var insert = new Statement(connection, "INSERT INTO setting (name, value) VALUES ('shards', ?1) ON CONFLICT (name) DO NOTHING");
        insert.Bind(1, proposed.ToString(CultureInfo.InvariantCulture)).Execute();
        using var select = new Statement(connection, "SELECT value FROM setting WHERE name = 'shards'");
        select.Read();
        return int.Parse(select.Text(0), CultureInfo.InvariantCulture);
    }

    // Without settings and namespaces no run can be served: a server that cannot read them says so and does not start.
    private T OrUnusable<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SqliteException e) when (e.SqliteErrorCode == raw.SQLITE_CORRUPT)
        {
            throw DatabaseFile.Unusable(file.Path, e);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new StoreUnusableException(
                $"The database {file.Path} is damaged: its namespaces or settings are not what this program writes ({e.Message}). Restore it from a backup.", e);
        }
    }
}
