namespace Holdfast.Storage.Tests;

/// <summary>The store's contract where the runs' namespace has a short key.</summary>
public sealed class SqliteShortIdsStoreTests : StoreContract
{
    private readonly TempFolder folder = new();

    protected override IStore Open() => ShortIds.Open(folder.File("holdfast.db"));

    protected override void Closed() => folder.Dispose();
}
