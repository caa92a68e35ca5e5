namespace Holdfast.Storage.Sqlite;

/// <summary>Where the database is and what it promises.</summary>
public sealed record SqliteStoreOptions(string Path)
{
    /// <summary>
    /// Do not wait for the disk at each commit. A crash of the process loses nothing; a crash of the machine may lose the last moments that
    /// callers were told of. Off by default.
    /// </summary>
    public bool Relaxed { get; init; }
}
