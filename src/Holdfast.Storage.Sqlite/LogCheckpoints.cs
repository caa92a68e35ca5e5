using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Holdfast.Storage.Sqlite;

/// <summary>
/// Moves the write-ahead log into the database file beside the commits, on a thread and a connection of its own. Left to SQLite, the commit that fills the
/// log does it, and whoever waits for that commit or comes behind it waits as well: up to 100 ms.
/// </summary>
/// <remarks>
/// <para>
/// What is new in the log while it is moved hinders it from beginning anew, so under steady load it would only grow. Therefore the last of it, a few pages, is
/// moved while commits wait.
/// </para>
/// <para>
/// Durability rests on SQLite's own order, whoever calls it: the log is synced before a page of it is copied, the file before the log may begin anew, and until
/// then a restart finds everything in the log. It does not rest on this ever succeeding: a reader that lasts, or an error, leaves the log longer, until
/// the next time or until <see cref="DatabaseFile.MostLogPages"/> makes the commits do it.
/// </para>
/// </remarks>
internal sealed class LogCheckpoints(DatabaseFile file, Lock writing, int pages = LogCheckpoints.UsualPages) : IAsyncDisposable
{
    /// <summary>
    /// 80 MB. The same pages are written again and again, headers and the right edges of the indexes, and each is copied once: the more, the cheaper.
    /// </summary>
    public const int UsualPages = 10_000;

    // What commits may wait for: a millisecond or two, and a sync.
    private const int FewPages = 64;

    // Each round copies what was written during the one before. A disk that cannot keep up ends in commits that wait.
    private const int MostRounds = 6;

    // How long commits may wait for readers that still use the log. Hardly any takes as long; those that do (a backup) take far longer.
    private const int BusyMilliseconds = 5;

    private Task running = Task.CompletedTask;
    private SqliteConnection? connection;
    private long written;
    private bool closed;

    /// <summary>Ends when the checkpoint that is under way, if any, has ended. For tests.</summary>
    internal Task Running => running;

    /// <summary>A transaction wrote so many pages to the log. To be called within the lock.</summary>
    public void Wrote(int count)
    {
        written += count;
        if (written < pages || closed || !running.IsCompleted)
            return;
        written = 0;
        running = Task.Factory.StartNew(Move, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Waits for what is under way. To be called before the connection that writes is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        Task last;
        lock (writing)
        {
            closed = true;
            last = running;
        }

        await last;
        connection?.Dispose();
    }

    private void Move()
    {
        try
        {
            connection ??= file.ConnectToCheckpoint(BusyMilliseconds);
            var left = int.MaxValue;
            for (var round = 0; round < MostRounds && left > FewPages; round++)
            {
                var before = left;
                left = Checkpoint(connection, raw.SQLITE_CHECKPOINT_PASSIVE);
                if (left >= before)
                    break;
            }

            lock (writing)
                Checkpoint(connection, raw.SQLITE_CHECKPOINT_RESTART);
        }
        catch (SqliteException)
        {
            // Everything is in the log and stays there; when as much again is written, this is tried again. A full disk is told of by the commits.
        }
    }

    /// <summary>The pages that are still in the log alone.</summary>
    private static int Checkpoint(SqliteConnection connection, int mode)
    {
        var result = raw.sqlite3_wal_checkpoint_v2(connection.Handle!, "main", mode, out var length, out var moved);
        if (result != raw.SQLITE_BUSY)
            SqliteException.ThrowExceptionForRC(result, connection.Handle);
        return length - moved;
    }
}
