using Holdfast.Storage.Inspection;
using Holdfast.Storage.Sqlite;

namespace Holdfast.Storage.Tests;

/// <summary>Looking through a store where the runs' namespace has a short key.</summary>
public sealed class SqliteShortIdsInspectionTests : InspectionContract
{
    private readonly TempFolder folder = new();

    protected override IStore Open() => ShortIds.Open(folder.File("holdfast.db"));

    private protected override IStoreInspection Inspect() => SqliteInspection.Open(folder.File("holdfast.db"));

    protected override void Closed() => folder.Dispose();
}
