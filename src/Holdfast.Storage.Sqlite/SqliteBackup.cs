using Microsoft.Data.Sqlite;

namespace Holdfast.Storage.Sqlite;

/// <summary>Copies a database while a server uses it.</summary>
public static class SqliteBackup
{
    /// <summary>
    /// Writes a copy of the database as it is at one instant. The copy takes its name only once it is whole and on disk; what is at that name is never
    /// overwritten. The server goes on meanwhile, and its write-ahead log grows until the copy is done.
    /// </summary>
    /// <exception cref="StoreUnusableException">The database cannot be read, or the copy cannot be written.</exception>
    /// <returns>The size of the copy in bytes.</returns>
    public static long Write(string path, string copy)
    {
        path = Path.GetFullPath(path);
        copy = Path.GetFullPath(copy);
        if (Path.Exists(copy))
            throw new StoreUnusableException($"{copy} is there already, and a backup overwrites nothing. Choose another name.");
        if (Path.GetDirectoryName(copy) is { } folder && !Directory.Exists(folder))
            throw new StoreUnusableException($"There is no folder {folder}. Make it first, or choose another place.");

        var partial = $"{copy}.{Environment.ProcessId}.partial";
        try
        {
            using (var connection = DatabaseFile.ConnectToInspect(path))
            using (var vacuum = new Statement(connection, "VACUUM INTO ?1"))
                vacuum.Bind(1, partial).Execute();
            using (var file = new FileStream(partial, FileMode.Open, FileAccess.ReadWrite))
                file.Flush(flushToDisk: true);
            File.Move(partial, copy);
            return new FileInfo(copy).Length;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StoreUnusableException($"The backup {copy} of {path} could not be written: {e.Message}", e);
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
