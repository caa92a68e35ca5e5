using System.Globalization;

namespace Holdfast.Dashboard.Text;

/// <summary>Durations as people say them: two units at most, exact enough to compare.</summary>
internal static class DurationText
{
    public static string Of(TimeSpan duration)
    {
        if (duration < TimeSpan.Zero)
            duration = TimeSpan.Zero;

        return duration switch
        {
            { TotalMilliseconds: < 1000 } => Format($"{Math.Floor(duration.TotalMilliseconds):0} ms"),
            { TotalSeconds: < 10 } => Format($"{Math.Floor(duration.TotalSeconds * 10) / 10:0.0} s"),
            { TotalMinutes: < 1 } => Format($"{(int)duration.TotalSeconds} s"),
            { TotalHours: < 1 } => Format($"{duration.Minutes} m {duration.Seconds} s"),
            { TotalDays: < 1 } => Format($"{duration.Hours} h {duration.Minutes} m"),
            _ => Format($"{(int)duration.TotalDays} d {duration.Hours} h"),
        };
    }

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
