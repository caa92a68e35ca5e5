using Holdfast.Server.Tests.Host;

namespace Holdfast.Server.Tests.Wire;

/// <summary>One server in memory, with the defaults, for tests that do not get in each other's way.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    internal HoldfastServer Server { get; private set; } = null!;

    internal RawClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await HoldfastServer.StartAsync();
        Client = new RawClient(Server);
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
