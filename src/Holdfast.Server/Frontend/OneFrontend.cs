using Grpc.AspNetCore.Server;

namespace Holdfast.Server.Frontend;

/// <summary>Gives gRPC the one frontend there is, without asking a container at each call.</summary>
internal sealed class OneFrontend<TService>(TService frontend) : IGrpcServiceActivator<TService>
    where TService : class
{
    public GrpcActivatorHandle<TService> Create(IServiceProvider serviceProvider) => new(frontend, created: false, state: null);

    public ValueTask ReleaseAsync(GrpcActivatorHandle<TService> service) => ValueTask.CompletedTask;
}
