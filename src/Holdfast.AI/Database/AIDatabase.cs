using System.Reflection;
using Microsoft.Data.Sqlite;

namespace Holdfast.AI.Database;

/// <summary>
/// The SQLite file in which the workers of one machine share what is no workflow's own: keys, costs, rate limits, spans to export. Several
/// processes may open it; each write is one transaction that is on disk when it returns.
/// </summary>
/// <remarks>
/// Each concern keeps its tables to itself and brings its own numbered schema, so concerns can be added and left out. What is in a schema
/// that was published does not change: a change is a new number.
/// </remarks>
public sealed class AIDatabase
{
    /// <summary>Marks the file as ours: "HFai".</summary>
    private const long ApplicationId = 0x48466169;

    private readonly string connectionString;
    // Writers of one process queue here and not at SQLite's lock, whose waiters poll.
    private readonly Lock writing = new();

    private AIDatabase(string path)
    {
        Path = path;
        connectionString = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ConnectionString;
    }

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>Opens the file, and makes it when it is missing, readable for this user alone.</summary>
    /// <exception cref="AIDatabaseException">It is no database of ours, or it cannot be opened.</exception>
    public static AIDatabase Open(string path)
    {
        var database = new AIDatabase(System.IO.Path.GetFullPath(path));
        try
        {
            database.Prepare();
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new AIDatabaseException($"The AI database {database.Path} cannot be used: {exception.Message}", exception);
        }

        return database;
    }

    /// <summary>Brings a concern's tables up to date.</summary>
    /// <param name="concern">What the tables are for: <c>vault</c>.</param>
    /// <param name="schemas">SQL texts; the first is number 1. See <see cref="Schemas"/>.</param>
    /// <exception cref="AIDatabaseException">A newer program has changed them.</exception>
    public void Migrate(string concern, IReadOnlyList<string> schemas) => Write(transaction =>
    {
        var present = transaction.Query("SELECT coalesce(max(number), 0) FROM migration WHERE concern = $concern", row => row.GetInt32(0), ("$concern", concern))[0];
        if (present > schemas.Count)
        {
            throw new AIDatabaseException(
                $"The AI database {Path} has version {present} of its {concern} tables; this program knows versions up to {schemas.Count}. Use a newer program.");
        }

        for (var number = present + 1; number <= schemas.Count; number++)
        {
            transaction.Execute(schemas[number - 1]);
            transaction.Execute("INSERT INTO migration (concern, number) VALUES ($concern, $number)", ("$concern", concern), ("$number", number));
        }
    });

    /// <summary>The numbered schemas that an assembly carries as resources named <paramref name="folder"/> and four digits.</summary>
    /// <exception cref="InvalidOperationException">A number is missing or there twice.</exception>
    public static IReadOnlyList<string> Schemas(Assembly assembly, string folder)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var texts = new List<string>();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            if (name[folder.Length..] != $"{texts.Count + 1:0000}.sql")
                throw new InvalidOperationException($"The schema {name} should be number {texts.Count + 1:0000}.");
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            texts.Add(reader.ReadToEnd());
        }

        return texts;
    }

    /// <summary>Reads, in one snapshot of the data.</summary>
    public T Read<T>(Func<AITransaction, T> read)
    {
        using var connection = Connect();
        using var transaction = connection.BeginTransaction(deferred: true);
        return read(new(connection, transaction));
    }

    /// <summary>Reads and writes as the only writer; all of it is done, and on disk, or none of it.</summary>
    public T Write<T>(Func<AITransaction, T> write)
    {
        lock (writing)
        {
            using var connection = Connect();
            using var transaction = connection.BeginTransaction(deferred: false);
            var result = write(new(connection, transaction));
            transaction.Commit();
            return result;
        }
    }

    /// <inheritdoc cref="Write{T}(Func{AITransaction, T})"/>
    public void Write(Action<AITransaction> write) => Write(transaction =>
    {
        write(transaction);
        return true;
    });

    /// <summary>
    /// Moves what was written into the main file and empties the log beside it, so that what was erased is in neither. While others read or write
    /// it does what it can.
    /// </summary>
    public void Checkpoint()
    {
        using var connection = Connect();
        Scalar(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    private void Prepare()
    {
        if (System.IO.Path.GetDirectoryName(Path) is { Length: > 0 } folder)
            Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows() && !File.Exists(Path))
        {
            // Made empty beforehand, because SQLite would make it readable for others, and its side files get the modes of this one.
            using var made = new FileStream(Path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }

        using var connection = Connect();
        var application = Scalar(connection, "PRAGMA application_id");
        if (application != ApplicationId && (application != 0 || Scalar(connection, "SELECT count(*) FROM sqlite_schema") != 0))
            throw new AIDatabaseException($"The file {Path} is a database of another program. Name another file; this one was left as it is.");

        Scalar(connection, "PRAGMA journal_mode = WAL");
        Scalar(connection, $"PRAGMA application_id = {ApplicationId}");
        Write(transaction => transaction.Execute("CREATE TABLE IF NOT EXISTS migration (concern TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (concern, number))"));
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            Scalar(connection, "PRAGMA synchronous = FULL");
            // What is erased, such as a key, must not stay readable in the file.
            Scalar(connection, "PRAGMA secure_delete = ON");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static long? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() as long?;
    }
}
