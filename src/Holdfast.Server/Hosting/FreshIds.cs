using System.Security.Cryptography;

namespace Holdfast.Server.Hosting;

/// <summary>Ids that nobody has seen before: UUIDs of version 7, which sort by the time they were made.</summary>
internal static class FreshIds
{
    private const int BytesPerId = 16;

    // Randomness is fetched for many ids at once: asking the kernel for each one was a system call for every second request.
    private const int IdsPerFetch = 256;

    [ThreadStatic]
    private static byte[]? random;

    [ThreadStatic]
    private static int used;

    /// <param name="now">What the id says of its time, to the millisecond.</param>
    public static string Next(DateTimeOffset now)
    {
        if (random is null || used == random.Length)
        {
            random ??= new byte[BytesPerId * IdsPerFetch];
            RandomNumberGenerator.Fill(random);
            used = 0;
        }

        Span<byte> id = stackalloc byte[BytesPerId];
        random.AsSpan(used, BytesPerId).CopyTo(id);
        used += BytesPerId;

        // RFC 9562, section 5.7: 48 bits of milliseconds, the version, then random but for the variant.
        var milliseconds = now.ToUnixTimeMilliseconds();
        for (var position = 0; position < 6; position++)
            id[position] = (byte)(milliseconds >> (8 * (5 - position)));
        id[6] = (byte)((id[6] & 0x0F) | 0x70);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true).ToString();
    }
}
