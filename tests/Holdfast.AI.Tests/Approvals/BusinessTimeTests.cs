using System.Globalization;
using Holdfast.AI.Approvals;

namespace Holdfast.AI.Tests.Approvals;

/// <summary>Working time by the wall clocks of several places, over the nights on which they are changed.</summary>
public sealed class BusinessTimeTests
{
    [Theory]
    // A plain day, an evening, an early morning, the very end of the day.
    [InlineData("2026-11-23T10:00:00+01:00", "Europe/Berlin", "02:00", "2026-11-23T12:00:00+01:00")]
    [InlineData("2026-11-23T16:00:00+01:00", "Europe/Berlin", "02:00", "2026-11-24T10:00:00+01:00")]
    [InlineData("2026-11-23T03:00:00+01:00", "Europe/Berlin", "02:00", "2026-11-23T11:00:00+01:00")]
    [InlineData("2026-11-23T09:00:00+01:00", "Europe/Berlin", "08:00", "2026-11-23T17:00:00+01:00")]
    [InlineData("2026-11-23T17:00:00+01:00", "Europe/Berlin", "00:01", "2026-11-24T09:01:00+01:00")]
    // Over a weekend, from a Friday and from within it; over a week.
    [InlineData("2026-11-27T16:00:00+01:00", "Europe/Berlin", "02:00", "2026-11-30T10:00:00+01:00")]
    [InlineData("2026-11-28T12:00:00+01:00", "Europe/Berlin", "02:00", "2026-11-30T11:00:00+01:00")]
    [InlineData("2026-11-23T09:00:00+01:00", "Europe/Berlin", "2.00:00", "2026-11-30T17:00:00+01:00")]
    // The same instant is another working day elsewhere.
    [InlineData("2026-11-23T01:00:00Z", "Australia/Sydney", "02:00", "2026-11-23T14:00:00+11:00")]
    [InlineData("2026-11-23T01:00:00Z", "America/New_York", "02:00", "2026-11-23T11:00:00-05:00")]
    // Friday evening to Monday over the changes of October and March: the wall clock counts, not the hours between.
    [InlineData("2026-10-23T16:00:00+02:00", "Europe/Berlin", "02:00", "2026-10-26T10:00:00+01:00")]
    [InlineData("2027-03-26T16:00:00+01:00", "Europe/Berlin", "02:00", "2027-03-29T10:00:00+02:00")]
    [InlineData("2026-10-02T16:00:00+10:00", "Australia/Sydney", "02:00", "2026-10-05T10:00:00+11:00")]
    [InlineData("2027-04-02T16:00:00+11:00", "Australia/Sydney", "02:00", "2027-04-05T10:00:00+10:00")]
    public void Only_time_within_the_hours_counts(string from, string zone, string amount, string expected) =>
        Assert.Equal(At(expected), After(from, amount, new() { TimeZone = zone }));

    [Theory]
    // The night of the change, opened from 01:00 to 04:00. A left-out hour is no working time, a repeated one counts twice.
    [InlineData("Europe/Berlin", "2027-03-28T00:00:00+01:00", "01:30", "2027-03-28T03:30:00+02:00")]
    [InlineData("Europe/Berlin", "2027-03-28T00:00:00+01:00", "02:00", "2027-03-28T04:00:00+02:00")]
    [InlineData("Europe/Berlin", "2026-10-25T00:00:00+02:00", "02:30", "2026-10-25T02:30:00+01:00")]
    [InlineData("Europe/Berlin", "2026-10-25T00:00:00+02:00", "04:00", "2026-10-25T04:00:00+01:00")]
    [InlineData("Australia/Sydney", "2026-10-04T00:00:00+10:00", "02:00", "2026-10-04T04:00:00+11:00")]
    [InlineData("Australia/Sydney", "2027-04-04T00:00:00+11:00", "04:00", "2027-04-04T04:00:00+10:00")]
    // Half an hour, on an island.
    [InlineData("Australia/Lord_Howe", "2026-10-04T00:00:00+10:30", "02:30", "2026-10-04T04:00:00+11:00")]
    public void Within_the_night_of_the_change_real_hours_count(string zone, string from, string amount, string expected) =>
        Assert.Equal(At(expected), After(from, amount, Sundays(zone) with { From = new(1, 0), To = new(4, 0) }));

    [Fact]
    public void Hours_that_begin_in_the_gap_begin_when_the_clock_jumps()
    {
        var hours = Sundays("Europe/Berlin") with { From = new(2, 30), To = new(6, 0) };

        Assert.Equal(At("2027-03-28T03:01:00+02:00"), After("2027-03-28T00:00:00+01:00", "00:01", hours));
    }

    [Fact]
    public void Hours_that_end_in_the_gap_end_when_the_clock_jumps()
    {
        var hours = Sundays("Europe/Berlin") with { From = new(1, 0), To = new(2, 30) };

        Assert.Equal(At("2027-03-28T03:00:00+02:00"), After("2027-03-28T00:00:00+01:00", "01:00", hours));
        Assert.Equal(At("2027-04-04T01:01:00+02:00"), After("2027-03-28T00:00:00+01:00", "01:01", hours));
    }

    [Fact]
    public void Hours_that_begin_and_end_in_the_repeated_hour_take_in_both()
    {
        var hours = Sundays("Europe/Berlin") with { From = new(2, 10), To = new(2, 50) };

        Assert.Equal(At("2026-10-25T02:50:00+01:00"), After("2026-10-25T00:00:00+02:00", "01:40", hours));
    }

    [Fact]
    public void A_holiday_is_no_working_day()
    {
        var hours = new BusinessHours { TimeZone = "Europe/Berlin", Holidays = [new(2026, 12, 25)] };

        Assert.Equal(At("2026-12-28T10:00:00+01:00"), After("2026-12-24T16:00:00+01:00", "02:00", hours));
    }

    [Fact]
    public void Midnight_as_the_end_is_the_end_of_the_day()
    {
        var hours = new BusinessHours { TimeZone = "Europe/Berlin", From = new(20, 0), To = new(0, 0) };

        Assert.Equal(At("2026-11-24T00:00:00+01:00"), After("2026-11-23T12:00:00+01:00", "04:00", hours));
    }

    [Fact]
    public void Hours_without_length_are_refused_with_the_reason() =>
        Refused("The business hours cannot be used: from and to are both 09:00: the hours have no length.", new() { TimeZone = "Europe/Berlin", To = new(9, 0) });

    [Fact]
    public void Hours_over_midnight_are_refused_with_the_reason() =>
        Refused("The business hours cannot be used: to (06:00) is before from (22:00); hours over midnight are not supported.", new() { TimeZone = "Europe/Berlin", From = new(22, 0), To = new(6, 0) });

    [Fact]
    public void A_week_without_days_is_refused_with_the_reason() =>
        Refused("The business hours cannot be used: days is empty: there is no day on which anybody works.", new() { TimeZone = "Europe/Berlin", Days = [] });

    [Theory]
    [InlineData("Europe/Atlantis")]
    [InlineData("../../etc/passwd")]
    public void An_unknown_time_zone_is_refused_with_the_reason(string zone) =>
        Refused($"This machine knows no time zone {zone}; expected is an IANA name such as Europe/Berlin.", new() { TimeZone = zone });

    [Fact]
    public void More_time_than_ten_years_hold_is_refused() => Assert.Contains(
        "too few working days",
        Assert.Throws<ArgumentException>(() => After("2026-11-23T10:00:00Z", "5000.00:00", new() { TimeZone = "Europe/Berlin" })).Message,
        StringComparison.Ordinal);

    private static void Refused(string reason, BusinessHours hours) =>
        Assert.StartsWith(reason, Assert.Throws<ArgumentException>(() => After("2026-11-23T10:00:00Z", "01:00", hours)).Message, StringComparison.Ordinal);

    private static BusinessHours Sundays(string zone) => new() { TimeZone = zone, Days = [Weekday.Sunday] };

    private static DateTimeOffset After(string from, string amount, BusinessHours hours) =>
        BusinessTime.After(At(from), hours, TimeSpan.Parse(amount, CultureInfo.InvariantCulture));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
