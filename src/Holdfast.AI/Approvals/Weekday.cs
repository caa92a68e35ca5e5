using System.Text.Json.Serialization;

namespace Holdfast.AI.Approvals;

/// <summary>A day of the week, as JSON writes it in lower-case English.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Weekday>))]
public enum Weekday
{
    [JsonStringEnumMemberName("sunday")]
    Sunday = DayOfWeek.Sunday,

    [JsonStringEnumMemberName("monday")]
    Monday = DayOfWeek.Monday,

    [JsonStringEnumMemberName("tuesday")]
    Tuesday = DayOfWeek.Tuesday,

    [JsonStringEnumMemberName("wednesday")]
    Wednesday = DayOfWeek.Wednesday,

    [JsonStringEnumMemberName("thursday")]
    Thursday = DayOfWeek.Thursday,

    [JsonStringEnumMemberName("friday")]
    Friday = DayOfWeek.Friday,

    [JsonStringEnumMemberName("saturday")]
    Saturday = DayOfWeek.Saturday,
}
