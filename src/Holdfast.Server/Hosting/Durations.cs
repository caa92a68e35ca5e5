using System.Buffers;
using System.Globalization;

namespace Holdfast.Server;

/// <summary>Durations as command lines and configuration files write them: <c>90s</c>, <c>1h30m</c>, <c>500ms</c>, <c>3d</c>.</summary>
public static class Durations
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>The duration, or null when the text is none. Units: d, h, m, s, ms; fractions are allowed, a sign is not.</summary>
    public static TimeSpan? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
            return null;

        var total = 0m;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return null;
            rest = rest[digits..];
            var letters = rest.IndexOfAny(Digits);
            var unit = letters < 0 ? rest : rest[..letters];
            long? ticks = unit switch
            {
                "d" => TimeSpan.TicksPerDay,
                "h" => TimeSpan.TicksPerHour,
                "m" => TimeSpan.TicksPerMinute,
                "s" => TimeSpan.TicksPerSecond,
                "ms" => TimeSpan.TicksPerMillisecond,
                _ => null,
            };
            if (ticks is not { } size)
                return null;
            total += Math.Min(number, int.MaxValue) * size;
            rest = rest[unit.Length..];
        }

        return total <= TimeSpan.MaxValue.Ticks ? TimeSpan.FromTicks((long)total) : null;
    }
}
