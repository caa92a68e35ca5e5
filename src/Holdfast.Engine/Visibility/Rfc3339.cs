using System.Globalization;

namespace Holdfast.Engine.Visibility;

/// <summary>Times as the protocol writes them in texts: <c>2026-01-31T12:00:00.123456789+01:00</c>.</summary>
public static class Rfc3339
{
    private const int DigitsOfTick = 7;

    /// <summary>Reads a time that names its offset; digits below 100 ns are dropped.</summary>
    public static bool TryParse(string text, out DateTime utc)
    {
        utc = default;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot >= 0)
        {
            var end = dot + 1;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
                end++;
            if (end == dot + 1)
                return false;
            if (end - dot - 1 > DigitsOfTick)
                text = string.Concat(text.AsSpan(0, dot + 1 + DigitsOfTick), text.AsSpan(end));
        }

        var namesOffset = text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');
        return namesOffset && DateTime.TryParseExact(
            text,
            dot >= 0 ? "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK" : "yyyy-MM-dd'T'HH:mm:ssK",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AdjustToUniversal,
            out utc);
    }
}
