using Holdfast.Storage.Sqlite;

namespace Holdfast.Storage.Tests;

public sealed class SqliteVisibilityTests : VisibilityContract
{
    private readonly TempFolder folder = new();

    protected override IStore Open() => SqliteStore.Open(new SqliteStoreOptions(folder.File("holdfast.db")) { Relaxed = true });

    protected override void Closed() => folder.Dispose();
}
