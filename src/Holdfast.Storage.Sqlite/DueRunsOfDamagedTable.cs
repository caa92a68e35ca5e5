using Holdfast.Engine;
using Microsoft.Data.Sqlite;

namespace Holdfast.Storage.Sqlite;

/// <summary>
/// Finds due runs when a page of the header table, or of the indexes that usually find them, is torn: run by run, past what cannot be read. Slow, and
/// made for a database that is about to be restored.
/// </summary>
internal static class DueRunsOfDamagedTable
{
    public static List<DueRun> Find(SqliteConnection connection, StoredIds ids, int shard, DateTime wakeBefore, DueRun? after, int limit)
    {
        var due = new List<DueRun>();
        using var header = new Statement(connection, "SELECT shard, owes, wake_at FROM entity WHERE entity_id = ?1");
        foreach (var (entityId, run) in Names(connection, ids))
        {
            if (Header(header, entityId) is not { } found)
            {
                // Nobody knows whether it is due, nor whose it is. It counts as owing something: its shard then tries to load it, and says what is wrong.
                due.Add(new DueRun(entityId, run, Owes: true, WakeAt: null));
                continue;
            }

            if (found.Shard == shard && (found.Owes || found.WakeAt < wakeBefore))
                due.Add(new DueRun(entityId, run, found.Owes, found.WakeAt));
        }

        return [.. due.Where(run => after is null || Urgency(run).CompareTo(Urgency(after)) > 0).OrderBy(Urgency).Take(limit)];

        static (DateTime Due, long EntityId) Urgency(DueRun run) => (run.Owes ? DateTime.MinValue : run.WakeAt!.Value, run.EntityId);
    }

    /// <summary>All runs, out of the index by name or, where that is torn, out of the table as far as it can be read.</summary>
    private static List<(long EntityId, RunKey Run)> Names(SqliteConnection connection, StoredIds ids)
    {
        var names = new List<(long EntityId, RunKey Run)>();
        foreach (var source in (string[])["INDEXED BY entity_key", "NOT INDEXED"])
        {
            names.Clear();
            try
            {
                using var select = new Statement(connection, $"SELECT entity_id, namespace_id, business_id, run_id FROM entity {source}");
                while (select.Read())
                    names.Add((select.Long(0), ids.KeyOf(select.Text(1), select.Text(2), select.Text(3))));
                return names;
            }
            catch (SqliteException e) when (e.SqliteErrorCode == SQLitePCL.raw.SQLITE_CORRUPT)
            {
            }
        }

        return names;
    }

    private static (int Shard, bool Owes, DateTime? WakeAt)? Header(Statement header, long entityId)
    {
        header.Bind(1, entityId);
        try
        {
            return header.Read() ? (header.Int(0), header.Long(1) != 0, header.IsNull(2) ? null : StoredTime.ToUtc(header.Long(2))) : null;
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SQLitePCL.raw.SQLITE_CORRUPT)
        {
            return null;
        }
        finally
        {
            header.Reset();
        }
    }
}
