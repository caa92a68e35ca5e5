using Holdfast.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Server;

/// <summary>
/// A server inside the calling process, on a port of its own: one line in a test.
/// <code>await using var server = await HoldfastServer.StartAsync();</code>
/// </summary>
public sealed class HoldfastServer : IAsyncDisposable
{
    private readonly Action<HoldfastServerOptions> configure;
    private readonly Action<ILoggingBuilder>? log;
    private WebApplication? app;

    private HoldfastServer(Action<HoldfastServerOptions> configure, Action<ILoggingBuilder>? log)
    {
        this.configure = configure;
        this.log = log;
    }

    /// <summary>The port it listens on. It stays the same over restarts.</summary>
    public int Port { get; private set; }

    /// <summary>The address for an SDK's client: <c>127.0.0.1:PORT</c>.</summary>
    public string Target => $"127.0.0.1:{Port}";

    /// <summary>Starts a server and returns once it answers. Without options: in memory, on a free port, with the namespace <c>default</c>.</summary>
    /// <param name="configure">Changes the options; the port is 0, a free one, unless it is set here.</param>
    /// <param name="log">Where to log; nowhere by default.</param>
    /// <param name="cancellation">Gives the start up.</param>
    public static async Task<HoldfastServer> StartAsync(
        Action<HoldfastServerOptions>? configure = null, Action<ILoggingBuilder>? log = null, CancellationToken cancellation = default)
    {
        var server = new HoldfastServer(configure ?? (_ => { }), log);
        await server.StartAsync(cancellation);
        return server;
    }

    /// <summary>Stops in order: open polls are answered, what was taken is written.</summary>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        if (app is not { } running)
            return;

        app = null;
        await running.StopAsync(cancellation);
        await running.DisposeAsync();
    }

    /// <summary>
    /// Stops as a process does that is killed: from this moment on nothing more is written and nobody is answered. What was acknowledged
    /// before is in the data file.
    /// </summary>
    public async Task CrashAsync()
    {
        if (app is not { } running)
            return;

        app = null;
        running.Services.GetRequiredService<RunningServer>().Crash();
        await running.StopAsync(new CancellationToken(canceled: true));
        await running.DisposeAsync();
    }

    /// <summary>Starts again after a stop or a crash, with the same options and on the same port.</summary>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        if (app is not null)
            throw new InvalidOperationException("The server runs already.");

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.AddRoutingCore();
        log?.Invoke(builder.Logging);
        builder.Services.AddHoldfastServer(options =>
        {
            options.Port = 0;
            configure(options);
            if (Port != 0)
                options.Port = Port;
        });
        var starting = builder.Build();
        try
        {
            starting.MapHoldfast();
            await starting.StartAsync(cancellation);
        }
        catch
        {
            await starting.DisposeAsync();
            throw;
        }

        var address = starting.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Port = new Uri(address).Port;
        app = starting;
    }

    /// <summary>Compacts closed workflows now, rather than in the background after a while.</summary>
    internal Task CompactAsync() => app!.Services.GetRequiredService<RunningServer>().CompactAsync();

    /// <summary>Stops the server if it runs.</summary>
    public async ValueTask DisposeAsync() => await StopAsync();
}
