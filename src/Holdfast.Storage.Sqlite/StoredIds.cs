using System.Collections.Concurrent;
using Holdfast.Engine;
using Microsoft.Data.Sqlite;

namespace Holdfast.Storage.Sqlite;

/// <summary>
/// How the ids of namespaces and runs stand in the tables (migration 6): short in namespaces that have a key, which all have but those that are older than
/// that. A namespace has its key before it has a run, and keeps it. May be asked from any thread.
/// </summary>
internal sealed class StoredIds
{
    /// <summary>In place of the root's run id: the run is its own root.</summary>
    public const string OwnRoot = "~";

    private readonly ConcurrentDictionary<string, string> keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> namespaces = new(StringComparer.Ordinal);

    /// <summary>Of all namespaces that are stored.</summary>
    public static StoredIds Load(SqliteConnection connection)
    {
        var ids = new StoredIds();
        using var select = new Statement(connection, "SELECT namespace_id, key FROM namespace WHERE key IS NOT NULL");
        while (select.Read())
            ids.Add(select.Text(0), select.Text(1));
        return ids;
    }

    /// <summary>To be called before the namespace has a run.</summary>
    public void Add(string namespaceId, string key)
    {
        namespaces[key] = namespaceId;
        keys[namespaceId] = key;
    }

    public bool AreShort(string namespaceId) => keys.ContainsKey(namespaceId);

    /// <summary>A namespace as its runs name it.</summary>
    public string Namespace(string id) => keys.GetValueOrDefault(id, id);

    public string NamespaceOf(string stored) => namespaces.GetValueOrDefault(stored, stored);

    /// <summary>A run id as it stands in rows of a namespace.</summary>
    public string Run(string namespaceId, string runId) => AreShort(namespaceId) ? ShortRunId.Of(runId) : runId;

    public string RunOf(string namespaceId, string stored) => AreShort(namespaceId) ? ShortRunId.Full(stored) : stored;

    /// <summary>A run's name, out of its parts as they are stored.</summary>
    public RunKey KeyOf(string storedNamespace, string workflowId, string storedRun)
    {
        var namespaceId = NamespaceOf(storedNamespace);
        return new RunKey(namespaceId, workflowId, RunOf(namespaceId, storedRun));
    }
}
