using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Holdfast.Engine;

namespace Holdfast.Server.Frontend;

/// <summary>The one place where a refusal becomes a gRPC status, with the details that SDKs read.</summary>
internal static class Refused
{
    public static RpcException With(Refusal refusal)
    {
        // The status, the message and the details travel together in the trailer grpc-status-details-bin.
        var status = new Google.Rpc.Status { Code = (int)refusal.Code, Message = refusal.Message };
        if (refusal.Detail is { } detail)
            status.Details.Add(Any.Pack(detail));
        return status.ToRpcException();
    }

    public static RpcException InvalidArgument(string message) => With(Refusal.InvalidArgument(message));

    /// <summary>The reply, or the refusal as the exception by which gRPC wants it.</summary>
    public static TReply OrThrow<TReply>(this Answer<TReply> answer) => answer.Refusal is { } refusal ? throw With(refusal) : answer.Reply;
}
