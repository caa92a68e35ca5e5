namespace Holdfast.Storage.Inspection;

/// <summary>A part of the store that belongs to no single run cannot be read.</summary>
public sealed class StoreDamagedException(string problem, Exception? cause = null) : Exception(problem, cause)
{
    /// <summary>The table of settings, without which nobody knows how many shards there are.</summary>
    public static StoreDamagedException Settings(string reason, Exception cause) =>
        new($"The number of shards in table 'setting' cannot be read ({reason}). Put the newest backup that checks clean in place of the database", cause);

    /// <summary>The table of namespaces, without which no server can start.</summary>
    public static StoreDamagedException Namespaces(string reason, Exception cause) =>
        new($"The table 'namespace' cannot be read ({reason}). Put the newest backup that checks clean in place of the database", cause);
}
