using System.Globalization;
using Cronos;

namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>
/// Cron schedules as Temporal takes them: five fields, descriptors such as <c>@daily</c>, <c>@every DURATION</c>, and a <c>CRON_TZ=</c> or
/// <c>TZ=</c> prefix. Without a prefix times are UTC.
/// </summary>
public static class CronSchedule
{
    /// <summary>What is wrong with a schedule, or null.</summary>
    public static string? Problem(string schedule)
    {
        if (schedule.Length == 0)
            return null;
        try
        {
            _ = Next(schedule, DateTime.UnixEpoch, DateTime.UnixEpoch);
            return null;
        }
        catch (Exception e) when (e is CronFormatException or FormatException or TimeZoneNotFoundException or InvalidTimeZoneException or OverflowException)
        {
            return $"Invalid CronSchedule \"{schedule}\": {e.Message}";
        }
    }

    /// <summary>The wait from <paramref name="now"/> to the first tick after <paramref name="previous"/> that is not past; null when there is none.</summary>
    public static TimeSpan? Backoff(string schedule, DateTime previous, DateTime now) =>
        Next(schedule, previous, now) is { } next ? RoundedUp(next - now) : null;

    private static DateTime? Next(string schedule, DateTime previous, DateTime now)
    {
        var (zone, expression) = Parts(schedule);
        if (expression.StartsWith("@every ", StringComparison.Ordinal))
        {
            var interval = GoDuration(expression["@every ".Length..].Trim());
            var passed = now > previous ? (now - previous).Ticks / interval.Ticks : 0;
            return previous + TimeSpan.FromTicks((passed + 1) * interval.Ticks);
        }

        return CronExpression.Parse(expression).GetNextOccurrence(now > previous ? now : previous, zone);
    }

    private static (TimeZoneInfo Zone, string Expression) Parts(string schedule)
    {
        foreach (var prefix in new[] { "CRON_TZ=", "TZ=" })
        {
            if (!schedule.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            var space = schedule.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0)
                throw new FormatException("after the time zone there is no schedule");
            return (TimeZoneInfo.FindSystemTimeZoneById(schedule[prefix.Length..space]), schedule[(space + 1)..].Trim());
        }

        return (TimeZoneInfo.Utc, schedule.Trim());
    }

    // Durations as Go writes them: 1h30m, 90s, 500ms. Shorter than a second counts as one.
    private static TimeSpan GoDuration(string text)
    {
        var total = TimeSpan.Zero;
        var position = 0;
        while (position < text.Length)
        {
            var digits = position;
            while (position < text.Length && (char.IsAsciiDigit(text[position]) || text[position] == '.'))
                position++;
            var unit = position;
            while (position < text.Length && char.IsAsciiLetter(text[position]))
                position++;
            if (unit == digits || position == unit || !double.TryParse(text.AsSpan(digits, unit - digits), CultureInfo.InvariantCulture, out var number))
                throw new FormatException($"'{text}' is no duration such as 1h30m");
            total += text[unit..position] switch
            {
                "h" => TimeSpan.FromHours(number),
                "m" => TimeSpan.FromMinutes(number),
                "s" => TimeSpan.FromSeconds(number),
                "ms" => TimeSpan.FromMilliseconds(number),
                _ => throw new FormatException($"'{text}' has a unit other than h, m, s or ms"),
            };
        }

        if (total <= TimeSpan.Zero)
            throw new FormatException($"'{text}' is not longer than zero");
        return total < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : total;
    }

    // A tick must never come early, and workers see whole seconds.
    private static TimeSpan RoundedUp(TimeSpan wait) => TimeSpan.FromSeconds(Math.Ceiling(wait.TotalSeconds));
}
