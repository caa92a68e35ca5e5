using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;

namespace Holdfast.Server.Tests.Host;

/// <summary>Calls the server without an SDK in between, so that a test sees what really goes over the wire.</summary>
internal sealed class RawClient : IDisposable
{
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(30);

    private readonly GrpcChannel channel;
    private readonly CallInvoker invoker;

    public RawClient(HoldfastServer server)
        : this(server.Target)
    {
    }

    public RawClient(string target)
    {
        channel = GrpcChannel.ForAddress($"http://{target}", new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null });
        invoker = channel.CreateCallInvoker();
    }

    public GrpcChannel Channel => channel;

    public void Dispose() => channel.Dispose();

    /// <summary>Calls the one method of the contract that takes this request.</summary>
    public Task<TReply> CallAsync<TReply>(IMessage request, Metadata? headers = null, CancellationToken cancellation = default)
        where TReply : class, IMessage<TReply>, new()
    {
        var method = Services.MethodTaking(request.Descriptor);
        return CallAsync<TReply>(method.Service.FullName, method.Name, request, headers, cancellation);
    }

    public async Task<TReply> CallAsync<TReply>(
        string service, string name, IMessage request, Metadata? headers = null, CancellationToken cancellation = default)
        where TReply : class, IMessage<TReply>, new()
    {
        var bytes = await CallAsync(service, name, request.ToByteArray(), headers, cancellation);
        return new MessageParser<TReply>(() => new TReply()).ParseFrom(bytes);
    }

    public async Task<byte[]> CallAsync(string service, string name, byte[] request, Metadata? headers = null, CancellationToken cancellation = default)
    {
        var method = new Method<byte[], byte[]>(MethodType.Unary, service, name, Bytes, Bytes);
        var options = new CallOptions(headers, TimeProvider.System.GetUtcNow().UtcDateTime + LongestCall, cancellation);
        return await invoker.AsyncUnaryCall(method, null, options, request);
    }

    /// <summary>Calls, and gives the status with which the server refuses.</summary>
    public async Task<Refusal> RefusalAsync(IMessage request, Metadata? headers = null)
    {
        var method = Services.MethodTaking(request.Descriptor);
        var refused = await Assert.ThrowsAsync<RpcException>(() => CallAsync(method.Service.FullName, method.Name, request.ToByteArray(), headers));
        return Refusal.Of(refused);
    }

    private static readonly Marshaller<byte[]> Bytes = new(bytes => bytes, bytes => bytes);

    internal sealed record Refusal(StatusCode Code, string Message, Any? Detail)
    {
        public static Refusal Of(RpcException refused)
        {
            var status = refused.GetRpcStatus();
            if (status is not null)
            {
                Assert.Equal((int)refused.StatusCode, status.Code);
                Assert.Equal(refused.Status.Detail, status.Message);
            }

            return new Refusal(refused.StatusCode, refused.Status.Detail, status?.Details.SingleOrDefault());
        }

        public TDetail DetailAs<TDetail>()
            where TDetail : class, IMessage<TDetail>, new()
        {
            Assert.NotNull(Detail);
            Assert.True(Detail.TryUnpack<TDetail>(out var detail), Detail.TypeUrl);
            return detail;
        }
    }

    [SuppressMessage("Design", "CA1034", Justification = "Used by the client alone.")]
    private static class Services
    {
        private static readonly Dictionary<string, MethodDescriptor> ByRequest = Contract.Services.All
            .SelectMany(service => service.Methods)
            .ToDictionary(method => method.InputType.FullName);

        public static MethodDescriptor MethodTaking(MessageDescriptor request) => ByRequest[request.FullName];
    }
}
