using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Server.Frontend;

/// <summary>
/// Puts a frontend's methods behind its routes, each answering for its faults. The usual way, an attribute and an interceptor, costs several objects and a
/// scope of the container for each call.
/// </summary>
/// <param name="addMethods">Names all methods of the service.</param>
internal sealed class FrontendMethods<TService>(Faults faults, Action<IServiceMethods<TService>> addMethods) : IServiceMethodProvider<TService>
    where TService : class
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TService> context) => addMethods(new Methods(context, faults));

    private sealed class Methods(ServiceMethodProviderContext<TService> context, Faults faults) : IServiceMethods<TService>
    {
        public void Add<TRequest, TReply>(Method<TRequest, TReply> method, UnaryServerMethod<TService, TRequest, TReply> call)
            where TRequest : class
            where TReply : class =>
            context.AddUnaryMethod(
                method,
                [new HttpMethodMetadata(["POST"], acceptCorsPreflight: true)],
                (service, request, callContext) => faults.AnswerAsync(call, service, request, callContext));
    }
}
