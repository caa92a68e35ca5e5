using Google.Protobuf;
using Grpc.Core;

namespace Holdfast.Server;

/// <summary>What the generated service bases are made of.</summary>
internal static class Rpc
{
    public static Method<TRequest, TReply> Unary<TRequest, TReply>(string service, string name)
        where TRequest : class, IMessage<TRequest>, new()
        where TReply : class, IMessage<TReply>, new() =>
        new(MethodType.Unary, service, name, Messages<TRequest>.Marshaller, Messages<TReply>.Marshaller);

    public static Method<TRequest, RawReply> UnaryRaw<TRequest>(string service, string name)
        where TRequest : class, IMessage<TRequest>, new() =>
        new(MethodType.Unary, service, name, Messages<TRequest>.Marshaller, RawReply.Marshaller);

    public static Task<TReply> Unimplemented<TReply>(ServerCallContext context)
    {
        var method = context.Method[(context.Method.LastIndexOf('/') + 1)..];
        return Task.FromException<TReply>(new RpcException(new Status(StatusCode.Unimplemented, $"{method} is not implemented by this server.")));
    }

    private static class Messages<T>
        where T : class, IMessage<T>, new()
    {
        private static readonly MessageParser<T> Parser = new(static () => new T());

        public static readonly Marshaller<T> Marshaller = new(
            static (message, context) =>
            {
                context.SetPayloadLength(message.CalculateSize());
                message.WriteTo(context.GetBufferWriter());
                context.Complete();
            },
            static context =>
            {
                try
                {
                    return Parser.ParseFrom(context.PayloadAsReadOnlySequence());
                }
                catch (InvalidProtocolBufferException damage)
                {
                    throw new RpcException(new Status(StatusCode.InvalidArgument, $"The request is not a readable {typeof(T).Name}: {damage.Message}"));
                }
            });
    }
}
