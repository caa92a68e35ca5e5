using System.IO.Compression;
using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Grpc.Net.Compression;
using Holdfast.Server.Access;
using Holdfast.Server.Frontend;
using Holdfast.Server.Generated;
using Holdfast.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Holdfast.Server;

/// <summary>Puts a Holdfast server into any ASP.NET Core host.</summary>
public static class HoldfastServerExtensions
{
    // So much more than the largest message that is taken is read, to be refused in the words that SDKs know; beyond, reading stops.
    private const int ReadBeyondBytes = 12 * 1024 * 1024;

    /// <summary>Registers the server. It starts and stops with the host.</summary>
    public static IServiceCollection AddHoldfastServer(this IServiceCollection services, Action<HoldfastServerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<HoldfastServerOptions>();
        if (configure is not null)
            options.Configure(configure);

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RunningServer>();
        services.AddHostedService(provider => provider.GetRequiredService<RunningServer>());
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<Faults>();
        AddFrontend<WorkflowFrontend>(services, WorkflowServiceBinding.AddMethods);
        AddFrontend<OperatorFrontend>(services, OperatorServiceBinding.AddMethods);
        services.AddSingleton<Admission>();

        // Its routes for methods that do not exist would make every call of one that does collect route values. A client takes the 404 that remains
        // for UNIMPLEMENTED, as gRPC prescribes.
        services.AddGrpc(grpc => grpc.IgnoreUnknownServices = true);
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks(health =>
            {
                // Constants: asking the descriptors for these two names builds all of the contract's, half a second of the start.
                health.Services.Map(WorkflowServiceBinding.ServiceName, _ => true);
                health.Services.Map(OperatorServiceBinding.ServiceName, _ => true);
            })
            .Add(new HealthCheckRegistration("server", provider => provider.GetRequiredService<RunningServer>(), null, null));
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<HoldfastServerOptions>>((kestrel, server) => Listen(kestrel, server.Value));
        return services;
    }

    /// <summary>Maps the gRPC services: workflow and operator service, health, reflection.</summary>
    public static IEndpointConventionBuilder MapHoldfast(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var keys = endpoints.ServiceProvider.GetRequiredService<ApiKeys>();
        var all = new CompositeEndpointConventions(
            endpoints.MapGrpcService<WorkflowFrontend>(),
            endpoints.MapGrpcService<OperatorFrontend>(),
            endpoints.MapGrpcReflectionService());
        var services = endpoints.ServiceProvider;
        all.Add(endpoint =>
        {
            var serve = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = keys.Guard(context =>
            {
                // Nothing here is scoped, and gRPC would open a scope for each call.
                context.RequestServices = services;
                return serve(context);
            });
        });

        // Health stays open to whoever watches the server: it says nothing but that it serves.
        endpoints.MapGrpcHealthChecksService();
        return all;
    }

    private static void AddFrontend<TFrontend>(IServiceCollection services, Action<IServiceMethods<TFrontend>> addMethods)
        where TFrontend : class
    {
        services.AddSingleton<TFrontend>();
        services.AddSingleton<IGrpcServiceActivator<TFrontend>, OneFrontend<TFrontend>>();
        services.AddSingleton<IServiceMethodProvider<TFrontend>>(
            provider => new FrontendMethods<TFrontend>(provider.GetRequiredService<Faults>(), addMethods));

        // For this service alone: the host may have others.
        services.AddGrpc().AddServiceOptions<TFrontend>(grpc =>
        {
            grpc.MaxSendMessageSize = null;
            grpc.CompressionProviders = [new GzipCompressionProvider(CompressionLevel.Fastest)];
        });
        services.AddOptions<GrpcServiceOptions<TFrontend>>().Configure<IOptions<HoldfastServerOptions>>(
            (grpc, server) => grpc.MaxReceiveMessageSize = DynamicConfig.Read(server.Value.DynamicConfigValues).LargestMessageBytes + ReadBeyondBytes);
    }

    private static void Listen(KestrelServerOptions kestrel, HoldfastServerOptions options)
    {
        // SDKs hold every long poll of a process open on one connection. Kestrel's default of 100 streams would stall them all.
        kestrel.Limits.Http2.MaxStreamsPerConnection = int.MaxValue;
        kestrel.AddServerHeader = false;

        // A peer that vanished without a word keeps its polls open here; without these questions nobody would notice for many minutes.
        var config = DynamicConfig.Read(options.DynamicConfigValues);
        kestrel.Limits.Http2.KeepAlivePingDelay = config.KeepAliveTime;
        kestrel.Limits.Http2.KeepAlivePingTimeout = config.KeepAliveTimeout;
        if (options.Port is not { } port)
            return;

        kestrel.Listen(options.Address, port, endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http2;
            if (options.Certificate is { } certificate)
                endpoint.UseHttps(certificate);
        });
    }
}
