using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace Holdfast.Server;

/// <summary>Takes the methods of a service, one after the other.</summary>
internal interface IServiceMethods<TService>
    where TService : class
{
    void Add<TRequest, TReply>(Method<TRequest, TReply> method, UnaryServerMethod<TService, TRequest, TReply> call)
        where TRequest : class
        where TReply : class;
}
