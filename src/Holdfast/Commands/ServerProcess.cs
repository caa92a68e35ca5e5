using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Holdfast.Memory;
using Holdfast.Server;
using Holdfast.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Holdfast.Commands;

/// <summary>The composition root: one server, and the dashboard beside it, from start to stop.</summary>
internal static class ServerProcess
{
    // Long polls are answered at once when the server stops; the rest of the time is for requests that wait for the disk.
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(ServerSetup setup, CancellationToken cancellation)
    {
        WebApplication? dashboard = null;
        using var takenOver = new CancellationTokenSource();
        await using var server = Server(setup, takenOver);
        try
        {
            foreach (var warning in setup.Warnings)
                await Console.Error.WriteLineAsync($"holdfast: {warning}");
            if (!await StartedAsync(server, setup.Address, setup.Port, setup.PortSetting, cancellation))
                return ExitCodes.Failure;

            var target = Address(server);
            if (setup.Dashboard is { } endpoint)
            {
                dashboard = Dashboard(setup, endpoint, target);
                if (!await StartedAsync(dashboard, endpoint.Address, endpoint.Port, setup.DashboardPortSetting, cancellation))
                    return ExitCodes.Failure;
            }

            await Console.Out.WriteLineAsync(
                $"Holdfast {Version} listens on {target.Host}:{target.Port} (gRPC){(dashboard is null ? "" : $", dashboard {Address(dashboard)}")}");
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation, takenOver.Token);
            await server.WaitForShutdownAsync(ended.Token);
            if (!takenOver.IsCancellationRequested)
                return ExitCodes.Success;

            // What is left to do here is to make way; a supervisor that starts this one again has it told who uses the database.
            await Console.Error.WriteLineAsync("holdfast: another server has taken the database over; this one stops. Nothing that was answered is lost.");
            return ExitCodes.Failure;
        }
        catch (Exception wrong) when (Explain(wrong) is { } explanation)
        {
            await Console.Error.WriteLineAsync($"holdfast: {explanation}");
            return ExitCodes.Failure;
        }
        finally
        {
            if (dashboard is not null)
                await dashboard.DisposeAsync();
        }
    }

    private static string Version => typeof(ServerProcess).Assembly.GetName().Version!.ToString(3);

    private static WebApplication Server(ServerSetup setup, CancellationTokenSource takenOver)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = LongestStop);
        setup.Log.Apply(builder.Logging);
        builder.Services.AddHoldfastServer(options =>
        {
            options.Address = setup.Address;
            options.Port = setup.Port;
            setup.Configure(options);
            options.OnTakenOver = () => _ = takenOver.CancelAsync();
        });
        builder.Services.AddHostedService<IdleMemory>();
        var app = builder.Build();
        app.MapHoldfast();
        return app;
    }

    // A host of its own: it is not loaded where nobody wants it, it starts after the API answers, and none of its pages exist on the
    // API's port, nor the API on its.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WebApplication Dashboard(ServerSetup setup, IPEndPoint endpoint, Uri target) => DashboardHost.Create(setup.Log, endpoint, target);

    private static async Task<bool> StartedAsync(WebApplication app, IPAddress address, int port, string setting, CancellationToken cancellation)
    {
        try
        {
            await app.StartAsync(cancellation);
            return true;
        }
        catch (IOException wrong) when (wrong.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync(
                $"holdfast: port {port} on {address} is in use by another program. Stop that program, or choose another port with {setting}.");
            return false;
        }
        catch (SocketException wrong)
        {
            await Console.Error.WriteLineAsync($"holdfast: cannot listen on {address}:{port}: {wrong.Message}. Choose another address or port ({setting}).");
            return false;
        }
    }

    private static Uri Address(WebApplication app)
    {
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new Uri(address);
    }

    private static string? Explain(Exception wrong) => wrong switch
    {
        StoreUnusableException => wrong.Message,
        UnauthorizedAccessException or IOException => wrong.Message,
        FormatException => wrong.Message,
        _ => null,
    };
}
