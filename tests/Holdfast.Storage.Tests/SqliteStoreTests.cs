using Holdfast.Storage.Sqlite;

namespace Holdfast.Storage.Tests;

public sealed class SqliteStoreTests : StoreContract
{
    private readonly TempFolder folder = new();

    protected override IStore Open() => SqliteStore.Open(new SqliteStoreOptions(folder.File("holdfast.db")));

    protected override void Closed() => folder.Dispose();
}
