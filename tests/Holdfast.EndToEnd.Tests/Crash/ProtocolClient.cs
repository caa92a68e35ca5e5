using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Holdfast.EndToEnd.Tests.Crash;

/// <summary>Calls the workflow service without an SDK, so that a test decides itself what is repeated and what was acknowledged.</summary>
internal sealed class ProtocolClient : IDisposable
{
    public const string Namespace = "default";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly GrpcChannel channel;
    private readonly CallInvoker invoker;

    public ProtocolClient(string target)
    {
        channel = GrpcChannel.ForAddress($"http://{target}", new GrpcChannelOptions { MaxReceiveMessageSize = null });
        invoker = channel.CreateCallInvoker();
    }

    /// <summary>Calls once; whatever goes wrong is the caller's.</summary>
    public async Task<TReply> CallAsync<TReply>(IMessage request, TimeSpan? deadline = null, CancellationToken cancellation = default)
        where TReply : class, IMessage<TReply>, new()
    {
        var name = request.Descriptor.Name;
        var method = new Method<byte[], TReply>(
            MethodType.Unary,
            "temporal.api.workflowservice.v1.WorkflowService",
            name[..^"Request".Length],
            Marshallers.Create(static bytes => bytes, static bytes => bytes),
            Marshallers.Create(static _ => throw new NotSupportedException(), static bytes => new MessageParser<TReply>(static () => new TReply()).ParseFrom(bytes)));
        return await invoker.AsyncUnaryCall(
            method, null, new CallOptions(deadline: DateTime.UtcNow + (deadline ?? TimeSpan.FromSeconds(30)), cancellationToken: cancellation), request.ToByteArray());
    }

    /// <summary>Repeats a call, as SDKs do, until it is acknowledged: while the server is gone, and while it says that it cannot now.</summary>
    public async Task<TReply> InsistAsync<TReply>(IMessage request, CancellationToken cancellation)
        where TReply : class, IMessage<TReply>, new()
    {
        while (true)
        {
            try
            {
                return await CallAsync<TReply>(request, cancellation: cancellation);
            }
            catch (RpcException e) when (IsTransient(e) && !cancellation.IsCancellationRequested)
            {
                await Task.Delay(Pause, cancellation);
            }
        }
    }

    /// <summary>The server is gone, going, or busy; what became of the call is not known.</summary>
    public static bool IsTransient(RpcException e) => e.StatusCode is StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.Internal or StatusCode.Unknown
        or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.Aborted;

    public void Dispose() => channel.Dispose();
}
