using Holdfast.Storage.Tests;

namespace Holdfast.Storage.Postgres.Tests;

[Collection(PostgresCollection.Name)]
public sealed class PostgresStoreTests(SharedPostgres postgres) : StoreContract
{
    protected override IStore Open() => postgres.OpenNew();
}
