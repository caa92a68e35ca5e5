using Holdfast.Storage.InMemory;

namespace Holdfast.Storage.Tests;

public sealed class InMemoryStoreTests : StoreContract
{
    protected override IStore Open() => new InMemoryStore();
}
