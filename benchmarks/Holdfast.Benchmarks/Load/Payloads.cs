using Google.Protobuf;
using Temporalio.Api.Common.V1;

namespace Holdfast.Benchmarks.Load;

/// <summary>
/// Payloads as an SDK's default converter makes them (<c>json/plain</c>, one string), with text that
/// does not compress to nothing, so that bytes on disk are not flattered.
/// </summary>
internal static class Payloads
{
    private const int Alphabet = 64;
    private static readonly ByteString JsonPlain = ByteString.CopyFromUtf8("json/plain");
    private static readonly byte[] Noise = MakeNoise(1 << 20);
    private static int _next;

    public static Temporalio.Api.Common.V1.Payloads Of(int bytes)
    {
        // Each payload is another stretch of the noise; a prime stride keeps stretches from repeating soon.
        var offset = (int)((uint)Interlocked.Add(ref _next, 7919) % (uint)(Noise.Length - bytes));
        var data = new byte[bytes];
        Noise.AsSpan(offset, bytes).CopyTo(data);
        data[0] = data[^1] = (byte)'"';
        return new()
        {
            Payloads_ = { new Payload { Metadata = { ["encoding"] = JsonPlain }, Data = UnsafeByteOperations.UnsafeWrap(data) } },
        };
    }

    private static byte[] MakeNoise(int length)
    {
        const string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .";
        var random = new Random(20261101);
        var noise = new byte[length];
        for (var i = 0; i < length; i++)
            noise[i] = (byte)letters[random.Next(Alphabet)];
        return noise;
    }
}
