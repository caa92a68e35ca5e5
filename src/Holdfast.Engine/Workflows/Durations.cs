using Google.Protobuf.WellKnownTypes;

namespace Holdfast.Engine.Workflows;

/// <summary>Durations as workers and clients send them: absent and zero both mean "not set", and absurd ones must not overflow a date.</summary>
internal static class Durations
{
    /// <summary>The same bound as the protocol's own duration type, about ten thousand years.</summary>
    private const long MaxSeconds = 315_576_000_000;

    public static TimeSpan OrZero(Duration? duration) => duration is null ? TimeSpan.Zero : ToTimeSpan(duration);

    public static bool IsInvalid(Duration? duration) =>
        duration is not null && (duration.Seconds < 0 || duration.Nanos < 0 || duration.Seconds > MaxSeconds || duration.Nanos > 999_999_999);

    /// <summary>The instant after a delay; the end of time when the delay leads beyond it.</summary>
    public static DateTime Add(DateTime from, TimeSpan delay) =>
        delay < DateTime.MaxValue - from ? from + delay : DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc);

    public static DateTime? Earlier(DateTime? one, DateTime? other) => one is null ? other : other is null || one < other ? one : other;

    public static DateTime Later(DateTime one, Timestamp? other) => other?.ToDateTime() is { } time && time > one ? time : one;

    private static TimeSpan ToTimeSpan(Duration duration) =>
        duration.Seconds > (long)TimeSpan.MaxValue.TotalSeconds ? TimeSpan.MaxValue : duration.ToTimeSpan();
}
