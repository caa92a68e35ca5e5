namespace Holdfast.Storage.Postgres.Tests;

/// <summary>The tests that share one PostgreSQL, each in schemas of its own.</summary>
[CollectionDefinition(Name)]
#pragma warning disable CA1711 // xunit's word.
public sealed class PostgresCollection : ICollectionFixture<SharedPostgres>
#pragma warning restore CA1711
{
    public const string Name = "PostgreSQL";
}
