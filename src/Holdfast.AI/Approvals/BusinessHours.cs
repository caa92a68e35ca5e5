using System.Text.Json.Serialization;

namespace Holdfast.AI.Approvals;

/// <summary>When people work: the same hours on some days of the week, by the wall clock of one place.</summary>
public sealed record BusinessHours
{
    /// <summary>The place's IANA name, such as <c>Europe/Berlin</c>.</summary>
    [JsonPropertyName("timeZone")]
    public required string TimeZone { get; init; }

    /// <summary>Default: Monday to Friday.</summary>
    [JsonPropertyName("days")]
    public IReadOnlyList<Weekday> Days { get; init; } =
        [Weekday.Monday, Weekday.Tuesday, Weekday.Wednesday, Weekday.Thursday, Weekday.Friday];

    /// <summary>When the day's work begins. Default 09:00.</summary>
    [JsonPropertyName("from")]
    public TimeOnly From { get; init; } = new(9, 0);

    /// <summary>When it ends, later on the same day; 00:00 is the end of the day. Default 17:00.</summary>
    [JsonPropertyName("to")]
    public TimeOnly To { get; init; } = new(17, 0);

    /// <summary>Days on which nobody works.</summary>
    [JsonPropertyName("holidays")]
    public IReadOnlyList<DateOnly> Holidays { get; init; } = [];

    /// <summary>What is wrong with these hours, as far as that can be told without the time zone's rules. Null: nothing.</summary>
    internal string? Problem =>
        string.IsNullOrWhiteSpace(TimeZone) ? "timeZone is missing: an IANA name such as Europe/Berlin."
        : Days is not { Count: > 0 } ? "days is empty: there is no day on which anybody works."
        : Days.Any(day => !Enum.IsDefined(day)) ? "days holds something that is no day of the week."
        : From == To ? $"from and to are both {From:HH':'mm}: the hours have no length."
        : To < From && To != TimeOnly.MinValue ? $"to ({To:HH':'mm}) is before from ({From:HH':'mm}); hours over midnight are not supported."
        : null;
}
