using System.Buffers.Binary;

namespace Holdfast.Storage.Sqlite;

/// <summary>
/// The short form of run ids: a mark and 22 digits in place of a UUID's 36 characters. It sorts as the UUIDs do. Other ids stay as they are.
/// </summary>
internal static class ShortRunId
{
    // In the order of their codes.
    private const string Digits = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
    private const char Mark = '~';
    private const string OtherWithMark = "~~";
    private const int BitsPerDigit = 6;
    private const int Length = 23;
    private const int UuidBytes = 16;

    public static string Of(string id)
    {
        if (!Guid.TryParseExact(id, "D", out var uuid) || uuid.ToString("D") != id)
            return id.StartsWith(Mark) ? OtherWithMark + id : id;

        Span<byte> bytes = stackalloc byte[UuidBytes];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        var rest = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        Span<char> text = stackalloc char[Length];
        for (var i = Length - 1; i > 0; i--)
        {
            text[i] = Digits[(int)((uint)rest & ((1 << BitsPerDigit) - 1))];
            rest >>= BitsPerDigit;
        }

        text[0] = Mark;
        return new string(text);
    }

    /// <summary>The id of a short form; what is none, as a damaged one, comes back as it is.</summary>
    public static string Full(string text)
    {
        if (!text.StartsWith(Mark))
            return text;
        if (text.StartsWith(OtherWithMark, StringComparison.Ordinal))
            return text[OtherWithMark.Length..];
        if (text.Length != Length)
            return text;

        UInt128 value = 0;
        foreach (var digit in text.AsSpan(1))
        {
            var number = Digits.IndexOf(digit, StringComparison.Ordinal);
            if (number < 0 || value >> (128 - BitsPerDigit) != 0)
                return text;
            value = (value << BitsPerDigit) | (uint)number;
        }

        Span<byte> bytes = stackalloc byte[UuidBytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }
}
