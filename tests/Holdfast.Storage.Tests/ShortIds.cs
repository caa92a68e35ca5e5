using Holdfast.Storage.Sqlite;

namespace Holdfast.Storage.Tests;

/// <summary>A SQLite store in which the tests' namespace was registered before it had a run, as a server does it.</summary>
internal static class ShortIds
{
    public static SqliteStore Open(string path)
    {
        var store = SqliteStore.Open(new SqliteStoreOptions(path) { Relaxed = true });
        store.SaveNamespaceAsync(new StoredNamespace(Writes.Namespace, "shop", [], new Dictionary<string, int>()), default).AsTask().GetAwaiter().GetResult();
        return store;
    }
}
