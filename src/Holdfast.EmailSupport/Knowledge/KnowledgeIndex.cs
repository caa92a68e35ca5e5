using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Holdfast.EmailSupport.Knowledge;

/// <summary>
/// The team's Markdown files, searchable. Files are the truth: each search first takes in what was added, changed or removed, and the
/// database can be deleted at any time.
/// </summary>
internal sealed partial class KnowledgeIndex : IDisposable
{
    // What the tables look like. Another version of the program makes the file anew.
    private const int SchemaVersion = 1;

    private const int MaxFiles = 10_000;
    private const int MaxFileBytes = 1024 * 1024;

    private static readonly EnumerationOptions AllFiles = new()
    {
        RecurseSubdirectories = true,
        MaxRecursionDepth = 16,
        IgnoreInaccessible = true,
        // A link could lead out of the folder, or round and round.
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint,
    };

    private readonly Lock gate = new();
    private readonly string folder;
    private readonly string database;
    private readonly ILogger<KnowledgeIndex> logger;
    private readonly HashSet<string> troubleTold = new(StringComparer.Ordinal);
    private SqliteConnection? connection;

    /// <param name="folder">Where the Markdown files are; it need not exist.</param>
    /// <param name="database">The file of the index; made when it is missing.</param>
    public KnowledgeIndex(string folder, string database, ILogger<KnowledgeIndex> logger)
    {
        this.folder = folder;
        this.database = database;
        this.logger = logger;
    }

    /// <summary>The passages that fit best, best first.</summary>
    /// <exception cref="SqliteException">The index cannot be used now. The next search begins with a new one.</exception>
    public IReadOnlyList<Passage> Find(KnowledgeQuestion question, int max)
    {
        lock (gate)
        {
            try
            {
                connection ??= Open();
                Refresh(connection);
                return KnowledgeQuery.For(question) is { } expression ? Search(connection, expression, max) : [];
            }
            catch (SqliteException)
            {
                Forget();
                throw;
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
            connection?.Dispose();
    }

    private SqliteConnection Open()
    {
        // Without a pool, so that closing lets go of the file.
        var opened = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Pooling = false }.ConnectionString);
        try
        {
            opened.Open();
            if (Version(opened) != SchemaVersion)
            {
                // Losing it in a crash costs one more reading of the files.
                Execute(opened, """
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = NORMAL;
                    DROP TABLE IF EXISTS file;
                    DROP TABLE IF EXISTS passage;
                    CREATE TABLE file (path TEXT PRIMARY KEY, stamp TEXT NOT NULL);
                    CREATE VIRTUAL TABLE passage USING fts5 (path UNINDEXED, id UNINDEXED, title, text, tokenize = 'porter unicode61 remove_diacritics 2');
                    """);
                Execute(opened, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {SchemaVersion}"));
            }

            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private static long Version(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        return (long)command.ExecuteScalar()!;
    }

    // It holds nothing that is not in the files.
    private void Forget()
    {
        connection?.Dispose();
        connection = null;
        foreach (var file in (string[])[database, database + "-wal", database + "-shm"])
            File.Delete(file);
    }

    private void Refresh(SqliteConnection open)
    {
        var known = Known(open);
        var present = new HashSet<string>(StringComparer.Ordinal);
        using var transaction = open.BeginTransaction();
        foreach (var file in Files())
        {
            var path = Path.ChangeExtension(Path.GetRelativePath(folder, file.FullName), null).Replace('\\', '/');
            present.Add(path);
            // A change that keeps both is not noticed: an editor would have to write the same number of bytes within the clock's resolution.
            var stamp = string.Create(CultureInfo.InvariantCulture, $"{file.Length}/{file.LastWriteTimeUtc.Ticks}");
            if (known.GetValueOrDefault(path) != stamp && Read(file) is { } markdown)
                Replace(open, path, stamp, MarkdownPassages.Of(path, markdown));
        }

        foreach (var gone in known.Keys.Where(path => !present.Contains(path)))
            Remove(open, gone);
        transaction.Commit();
    }

    private IEnumerable<FileInfo> Files() => Directory.Exists(folder)
        ? new DirectoryInfo(folder).EnumerateFiles("*.md", AllFiles).OrderBy(file => file.FullName, StringComparer.Ordinal).Take(MaxFiles)
        : [];

    private string? Read(FileInfo file)
    {
        if (file.Length > MaxFileBytes)
        {
            Tell(file, $"it has {file.Length / 1024} KB, and at most {MaxFileBytes / 1024} KB are read.");
            return null;
        }

        try
        {
            return File.ReadAllText(file.FullName);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Tell(file, exception.Message);
            return null;
        }
    }

    private void Tell(FileInfo file, string problem)
    {
        if (troubleTold.Add(file.FullName))
            LogUnread(logger, file.FullName, problem);
    }

    private static Dictionary<string, string> Known(SqliteConnection open)
    {
        using var command = open.CreateCommand();
        command.CommandText = "SELECT path, stamp FROM file";
        using var reader = command.ExecuteReader();
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read())
            known.Add(reader.GetString(0), reader.GetString(1));
        return known;
    }

    private static void Replace(SqliteConnection open, string path, string stamp, IEnumerable<Passage> passages)
    {
        Remove(open, path);
        Execute(open, "INSERT INTO file (path, stamp) VALUES ($path, $stamp)", ("$path", path), ("$stamp", stamp));
        foreach (var passage in passages)
        {
            Execute(
                open, "INSERT INTO passage (path, id, title, text) VALUES ($path, $id, $title, $text)",
                ("$path", path), ("$id", passage.Id), ("$title", passage.Title), ("$text", passage.Text));
        }
    }

    private static void Remove(SqliteConnection open, string path)
    {
        Execute(open, "DELETE FROM passage WHERE path = $path", ("$path", path));
        Execute(open, "DELETE FROM file WHERE path = $path", ("$path", path));
    }

    private static List<Passage> Search(SqliteConnection open, string expression, int max)
    {
        using var command = open.CreateCommand();
        // A word of a heading tells more than one of the text.
        command.CommandText = "SELECT id, title, text FROM passage WHERE passage MATCH $words ORDER BY bm25(passage, 0.0, 0.0, 4.0, 1.0), id LIMIT $max";
        command.Parameters.AddWithValue("$words", expression);
        command.Parameters.AddWithValue("$max", max);
        using var reader = command.ExecuteReader();
        var found = new List<Passage>();
        while (reader.Read())
            found.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        return found;
    }

    private static void Execute(SqliteConnection open, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = open.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        command.ExecuteNonQuery();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The knowledge file {File} is left out: {Problem}")]
    private static partial void LogUnread(ILogger logger, string file, string problem);
}
