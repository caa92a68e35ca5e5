namespace Holdfast.AI.Approvals;

/// <summary>
/// Counts working time. It reads no clock, but it does read the machine's time zone rules, which governments change and updates
/// bring: the same question may have another answer next year. So workflow code never asks it; an activity does, once.
/// </summary>
internal static class BusinessTime
{
    // Ten years: whoever finds no working day in them has none.
    private const int MostDays = 3660;

    // Samoa once left out a whole day.
    private static readonly TimeSpan LongestGap = TimeSpan.FromHours(25);

    /// <summary>The instant at which this much working time has passed since <paramref name="start"/>. The very end of a working day belongs to it.</summary>
    /// <exception cref="ArgumentException">The hours make no sense, or there is no such time zone; the message says what.</exception>
    public static DateTimeOffset After(DateTimeOffset start, BusinessHours hours, TimeSpan amount)
    {
        if (hours.Problem is { } problem)
            throw new ArgumentException($"The business hours cannot be used: {problem}", nameof(hours));

        var zone = ZoneOf(hours.TimeZone);
        var date = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(start, zone).DateTime);
        for (var day = 0; day < MostDays; day++, date = date.AddDays(1))
        {
            if (!hours.Days.Contains((Weekday)date.DayOfWeek) || hours.Holidays?.Contains(date) is true)
                continue;

            var opens = Later(FirstAt(zone, date.ToDateTime(hours.From)), start);
            var closes = LastAt(zone, hours.To == TimeOnly.MinValue ? date.AddDays(1).ToDateTime(hours.To) : date.ToDateTime(hours.To));
            if (closes <= opens)
                continue;

            if (amount <= closes - opens)
                return opens + amount;
            amount -= closes - opens;
        }

        throw new ArgumentException($"The business hours leave too few working days for {amount} more.", nameof(hours));
    }

    /// <summary>The first instant at which the wall clock shows this time or a later one.</summary>
    private static DateTimeOffset FirstAt(TimeZoneInfo zone, DateTime local) =>
        At(local = Existing(zone, local), zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local));

    /// <summary>The last one: where the clock shows a time twice, the second.</summary>
    private static DateTimeOffset LastAt(TimeZoneInfo zone, DateTime local) =>
        At(local = Existing(zone, local), zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Min() : zone.GetUtcOffset(local));

    // A time that the clock leaves out in spring: the moment at which the clock jumps. Clocks jump at full minutes.
    private static DateTime Existing(TimeZoneInfo zone, DateTime local)
    {
        for (var end = local + LongestGap; local < end && zone.IsInvalidTime(local); local = local.AddTicks(TimeSpan.TicksPerMinute - (local.Ticks % TimeSpan.TicksPerMinute)))
        {
        }

        return local;
    }

    private static DateTimeOffset At(DateTime local, TimeSpan offset) => new DateTimeOffset(local, offset).ToUniversalTime();

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b.ToUniversalTime();

    private static TimeZoneInfo ZoneOf(string name)
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(name);
        }
        catch (Exception exception) when (exception is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException)
        {
            throw new ArgumentException($"This machine knows no time zone {name}; expected is an IANA name such as Europe/Berlin.", nameof(name), exception);
        }
    }
}
