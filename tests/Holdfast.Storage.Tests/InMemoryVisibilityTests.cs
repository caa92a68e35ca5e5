using Holdfast.Storage.InMemory;

namespace Holdfast.Storage.Tests;

public sealed class InMemoryVisibilityTests : VisibilityContract
{
    protected override IStore Open() => new InMemoryStore();
}
