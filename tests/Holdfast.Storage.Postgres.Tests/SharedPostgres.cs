using System.Globalization;
using Holdfast.EndToEnd.Tests.Programs;

namespace Holdfast.Storage.Postgres.Tests;

public sealed class SharedPostgres : IAsyncLifetime
{
    private int schemas;

    public PostgresServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await PostgresServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();

    /// <summary>A schema that nobody has used yet.</summary>
    public PostgresAddress NewAddress() => PostgresAddress.Parse(
        Server.Url(query: $"?search_path=test_{Interlocked.Increment(ref schemas).ToString(CultureInfo.InvariantCulture)}"));

    public PostgresStore OpenNew() => Open(new PostgresStoreOptions(NewAddress()));

    public static PostgresStore Open(PostgresStoreOptions options) =>
        Task.Run(() => PostgresStore.OpenAsync(options, TimeProvider.System, CancellationToken.None).AsTask()).GetAwaiter().GetResult();
}
