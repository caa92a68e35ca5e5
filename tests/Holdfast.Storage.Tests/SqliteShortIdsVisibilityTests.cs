namespace Holdfast.Storage.Tests;

/// <summary>Lists and counts where the runs' namespace has a short key.</summary>
public sealed class SqliteShortIdsVisibilityTests : VisibilityContract
{
    private readonly TempFolder folder = new();

    protected override IStore Open() => ShortIds.Open(folder.File("holdfast.db"));

    protected override void Closed() => folder.Dispose();
}
