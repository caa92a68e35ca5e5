using Holdfast.Storage.InMemory;
using Holdfast.Storage.Inspection;

namespace Holdfast.Storage.Tests;

public sealed class InMemoryInspectionTests : InspectionContract
{
    protected override IStore Open() => new InMemoryStore();

    private protected override IStoreInspection Inspect() => ((InMemoryStore)Store).Inspect();
}
