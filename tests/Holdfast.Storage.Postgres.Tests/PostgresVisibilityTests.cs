using Holdfast.Storage.Tests;

namespace Holdfast.Storage.Postgres.Tests;

[Collection(PostgresCollection.Name)]
public sealed class PostgresVisibilityTests(SharedPostgres postgres) : VisibilityContract
{
    protected override IStore Open() => postgres.OpenNew();
}
