namespace Holdfast.Storage.Postgres;

/// <summary>Which database, and what is asked of it.</summary>
public sealed record PostgresStoreOptions(PostgresAddress Address)
{
    /// <summary>
    /// Do not wait for the disk at each commit. A crash of this process loses nothing; one of PostgreSQL or its machine may lose the last moments
    /// that callers were told of, never consistency. Off by default.
    /// </summary>
    public bool Relaxed { get; init; }

    /// <summary>
    /// Refuse to open while another server that asks for the same has the database open. The range ids keep two servers from harming the data in
    /// any case; this keeps the second from stopping the first by mistake. Off by default.
    /// </summary>
    public bool Sole { get; init; }
}
