using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Holdfast.Storage.Sqlite;

/// <summary>
/// The database file and this process's sole claim to it. A file that is not ours, or that we do not understand, is refused before
/// anything of it is changed.
/// </summary>
internal sealed class DatabaseFile : IDisposable
{
    /// <summary>Marks the file as ours: "HFst".</summary>
    private const long ApplicationId = 0x48467374;

    /// <summary>
    /// 400 MB: with so much in the log a commit moves it into the file itself. <see cref="LogCheckpoints"/> comes long before that, unless it fails.
    /// </summary>
    internal const int MostLogPages = 50_000;

    private readonly FileStream claim;
    private readonly bool relaxed;

    private DatabaseFile(string path, bool relaxed, FileStream claim)
    {
        Path = path;
        this.relaxed = relaxed;
        this.claim = claim;
    }

    /// <summary>The full path.</summary>
    public string Path { get; }

    private string Synchronous => relaxed ? "NORMAL" : "FULL";

    /// <summary>Claims the file, makes it when it is missing, and brings its schema up to date.</summary>
    /// <exception cref="StoreUnusableException">See its message.</exception>
    public static DatabaseFile Open(SqliteStoreOptions options)
    {
        var path = System.IO.Path.GetFullPath(options.Path);
        var file = new DatabaseFile(path, options.Relaxed, Claim(path));
        try
        {
            file.CheckFile();
            file.Prepare();
            return file;
        }
        catch (SqliteException e)
        {
            file.Dispose();
            throw Unusable(path, e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A connection that writes. There must be only one.</summary>
    public SqliteConnection ConnectToWrite()
    {
        var connection = Connect(SqliteOpenMode.ReadWrite);

        // The cache holds the pages that transactions touch again and again: headers and the right edges of the indexes.
        Execute(connection, $"""
            PRAGMA synchronous = {Synchronous};
            PRAGMA wal_autocheckpoint = {MostLogPages};
            PRAGMA cache_size = -32768;
            """);
        return connection;
    }

    /// <summary>A connection that moves the log into the file, and waits at most so long for others.</summary>
    public SqliteConnection ConnectToCheckpoint(int busyMilliseconds)
    {
        var connection = Connect(SqliteOpenMode.ReadWrite);
        Execute(connection, $"PRAGMA synchronous = {Synchronous}; PRAGMA busy_timeout = {busyMilliseconds}");
        return connection;
    }

    /// <summary>A connection that reads; any number of them, beside the one that writes.</summary>
    public SqliteConnection ConnectToRead()
    {
        var connection = Connect(SqliteOpenMode.ReadWrite);
        Execute(connection, "PRAGMA query_only = ON");
        FilterSql.AddFunctions(connection);
        return connection;
    }

    /// <summary>
    /// A connection to a database that exists and is of this program's version, which only reads and needs no claim: a server may use it meanwhile.
    /// </summary>
    /// <exception cref="StoreUnusableException">See its message.</exception>
    public static SqliteConnection ConnectToInspect(string path)
    {
        if (!File.Exists(path))
            throw new StoreUnusableException($"There is no database {path}.");

        SqliteConnection? connection = null;
        try
        {
            connection = Connect(path, SqliteOpenMode.ReadOnly);
            var application = Number(connection, "PRAGMA application_id");
            var version = Number(connection, "PRAGMA user_version");
            if (application != ApplicationId || version == 0)
                throw new StoreUnusableException($"The file {path} is no database of this program.");
            if (version > Migrations.Latest)
                throw Newer(path, version);
            if (version < Migrations.Latest)
            {
                throw new StoreUnusableException(
                    $"The database {path} has schema version {version}, and this program reads version {Migrations.Latest}. Start the server once: it brings the database up to date.");
            }

            return connection;
        }
        catch (SqliteException e)
        {
            connection?.Dispose();
            throw Unusable(path, e);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    public void Dispose() => claim.Dispose();

    /// <summary>
    /// Two servers on one file would each believe their memory. SQLite's own exclusive mode would shut out our read connections too, so the
    /// claim is an operating system lock on a file beside the database: it ends with the process, however that ends. The file stays.
    /// </summary>
    private static FileStream Claim(string path)
    {
        var folder = System.IO.Path.GetDirectoryName(path)!;
        var lockPath = path + ".lock";
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnusableException($"The database folder {folder} cannot be made: {e.Message} Choose another path or grant the right to write there.", e);
        }

        try
        {
            return new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreUnusableException($"The database folder {folder} cannot be written to. Grant this user the right to write there, or choose another path.", e);
        }
        catch (IOException e) when (File.Exists(lockPath))
        {
            throw new StoreUnusableException($"The database {path} is in use by another server process. Stop that one first, or choose another path.", e);
        }
        catch (IOException e)
        {
            throw new StoreUnusableException($"The database folder {folder} cannot be written to: {e.Message}", e);
        }
    }

    /// <summary>Looks at the file itself, before SQLite does: opening a database may already write to it (recovery of its log).</summary>
    private void CheckFile()
    {
        if (Directory.Exists(Path))
            throw new StoreUnusableException($"The database path {Path} is a folder. Name a file in it, such as {System.IO.Path.Combine(Path, "holdfast.db")}.");

        try
        {
            using var stream = new FileStream(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            Span<byte> start = stackalloc byte[16];
            var length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            if (length > 0 && !start[..length].SequenceEqual("SQLite format 3\0"u8))
                throw new StoreUnusableException($"The file {Path} is not a SQLite database. Choose another path, or restore the database from a backup.");
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreUnusableException($"The database file {Path} cannot be written to. Grant this user the right to write it, or choose another path.", e);
        }
        catch (IOException e)
        {
            throw new StoreUnusableException($"The database file {Path} cannot be opened: {e.Message}", e);
        }
    }

    private void Prepare()
    {
        using var connection = Connect(SqliteOpenMode.ReadWrite);
        var application = Number(connection, "PRAGMA application_id");
        var version = Number(connection, "PRAGMA user_version");
        var tables = Number(connection, "SELECT count(*) FROM sqlite_schema");

        // A database without tables is new, or one whose making was cut short before its first transaction: nothing in it can be lost.
        var isNew = tables == 0 && (application is 0 or ApplicationId) && version == 0;
        if (!isNew && application != ApplicationId)
            throw new StoreUnusableException($"The database {Path} belongs to another program. Choose another path.");
        if (version > Migrations.Latest)
            throw Newer(Path, version);

        if (isNew)
            Execute(connection, "PRAGMA page_size = 8192");
        Execute(connection, "PRAGMA journal_mode = WAL");
        Execute(connection, "PRAGMA synchronous = FULL");
        for (var next = version + 1; next <= Migrations.Latest; next++)
        {
            using var transaction = connection.BeginTransaction();
            Execute(connection, Migrations.All[(int)next - 1], transaction);
            Execute(connection, $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {next}", transaction);
            transaction.Commit();
        }
    }

    private SqliteConnection Connect(SqliteOpenMode mode) => Connect(Path, mode);

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            // Connections live as long as the store; pooled ones would outlive it and keep the file open.
            Pooling = false,
        }.ToString());
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    internal static void Execute(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // No caller's text gets in: constants, migrations, and numbers of our own.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }

    internal static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants only.
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static StoreUnusableException Newer(string path, long version) => new(
        $"The database {path} has schema version {version}, but this program knows versions up to {Migrations.Latest}. Start the newer program that wrote it.");

    internal static StoreUnusableException Unusable(string path, SqliteException e) => e.SqliteErrorCode switch
    {
        raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT => new StoreUnusableException(
            $"The database {path} is damaged ({e.Message}). Restore it from a backup, or move it away to begin with an empty one.", e),
        raw.SQLITE_FULL => new StoreUnusableException($"The disk that holds the database {path} is full. Make room and start again.", e),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new StoreUnusableException(
            $"The database {path} is in use by another program. Close that one first.", e),
        raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_CANTOPEN => new StoreUnusableException(
            $"The database {path} cannot be opened for writing ({e.Message}). Grant this user the right to write it and its folder.", e),
        _ => new StoreUnusableException($"The database {path} cannot be opened: {e.Message}", e),
    };
}
