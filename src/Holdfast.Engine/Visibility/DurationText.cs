using System.Globalization;

namespace Holdfast.Engine.Visibility;

/// <summary>Durations as filters write them: <c>1h5m</c>, <c>1.5s</c>, <c>2d</c>, <c>HH:MM:SS</c>, or nanoseconds.</summary>
internal static class DurationText
{
    private static readonly (string Unit, decimal Nanoseconds)[] Units =
    [
        ("ns", 1m), ("us", 1e3m), ("µs", 1e3m), ("ms", 1e6m), ("s", 1e9m), ("m", 60e9m), ("h", 3600e9m), ("d", 86_400e9m),
    ];

    public static bool TryParse(string text, out long nanoseconds)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out nanoseconds))
            return true;

        var total = text.Contains(':', StringComparison.Ordinal) ? OfClock(text) : OfUnits(text);
        if (total is not { } sum || sum < long.MinValue || sum > long.MaxValue)
            return false;
        nanoseconds = (long)sum;
        return true;
    }

    private static decimal? OfClock(string text)
    {
        var parts = text.Split(':');
        if (parts.Length != 3
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || minutes > 59 || seconds > 59)
        {
            return null;
        }

        return ((hours * 3600m) + (minutes * 60m) + seconds) * 1e9m;
    }

    private static decimal? OfUnits(string text)
    {
        var at = text.StartsWith('-') ? 1 : 0;
        if (at == text.Length)
            return null;

        var total = 0m;
        while (at < text.Length)
        {
            var start = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
                at++;

            // Eighteen digits are more than nanoseconds of 64 bits can hold.
            if (at - start > 18 || !decimal.TryParse(text.AsSpan(start, at - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return null;

            start = at;
            while (at < text.Length && char.IsLetter(text[at]))
                at++;
            var name = text[start..at];
            var unit = Array.Find(Units, known => known.Unit == name);
            if (unit.Unit is null)
                return null;
            total += number * unit.Nanoseconds;
        }

        return text.StartsWith('-') ? -total : total;
    }
}
