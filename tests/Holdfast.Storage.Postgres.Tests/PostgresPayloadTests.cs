using Holdfast.Storage.Inspection;
using Holdfast.Storage.Tests;

namespace Holdfast.Storage.Postgres.Tests;

[Collection(PostgresCollection.Name)]
public sealed class PostgresPayloadTests(SharedPostgres postgres) : PayloadContract
{
    private readonly PostgresAddress address = postgres.NewAddress();

    protected override IStore Open() => SharedPostgres.Open(new PostgresStoreOptions(address));

    private protected override IStoreInspection Inspect() =>
        Task.Run(() => PostgresInspection.OpenAsync(address, CancellationToken.None).AsTask()).GetAwaiter().GetResult();

    // What the tests damage is held together by a foreign key as well.
    protected override Task ExecuteAsync(string sql) => NumberAsync($"SET session_replication_role = replica; {sql}");

    protected override async Task<long> NumberAsync(string sql) => Convert.ToInt64(
        await postgres.Server.ExecuteAsync($"SET search_path = {address.Schema}; {sql}") ?? 0L, System.Globalization.CultureInfo.InvariantCulture);
}
