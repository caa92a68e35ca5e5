using Google.Protobuf;
using Grpc.Core;
using Holdfast.Engine;
using Microsoft.Extensions.Options;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Server.Frontend;

/// <summary>
/// Bounds how much memory the requests inside the server take. How many may wait is bounded elsewhere, but ten thousand requests may be ten megabytes
/// or twenty thousand.
/// </summary>
internal sealed class Admission(IOptions<HoldfastServerOptions> options)
{
    private readonly int largest = DynamicConfig.Read(options.Value.DynamicConfigValues).LargestMessageBytes;
    private readonly long limit = options.Value.RequestBytesInFlight;
    private long inFlight;

    /// <summary>Lets a request in, or refuses it. What is let in must <see cref="Leave"/> with the bytes that come back here.</summary>
    public long Enter(object request)
    {
        var bytes = (request as IMessage)?.CalculateSize() ?? 0;

        // SDKs do not try such a request again, but fail the workflow task that made it; they recognise it by the words of the Go server alone.
        if (bytes > largest)
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"grpc: received message larger than max ({bytes} vs. {largest})"));
        if (Interlocked.Add(ref inFlight, bytes) <= limit)
            return bytes;

        Leave(bytes);
        throw Refused.With(Refusal.Exhausted(
            ResourceExhaustedCause.SystemOverloaded, $"The requests inside the server take more than {limit} bytes. Try again in a moment."));
    }

    public void Leave(long bytes) => Interlocked.Add(ref inFlight, -bytes);
}
