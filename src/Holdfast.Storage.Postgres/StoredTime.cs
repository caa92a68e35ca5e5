namespace Holdfast.Storage.Postgres;

/// <summary>Times as the database holds them: 100 ns units since 1970-01-01 UTC.</summary>
internal static class StoredTime
{
    /// <summary>The close time of a run that is open.</summary>
    public const long Open = long.MaxValue;

    public static long From(DateTime utc) => utc.Ticks - DateTime.UnixEpoch.Ticks;

    public static long? From(DateTime? utc) => utc is { } time ? From(time) : null;

    public static DateTime ToUtc(long stored) => new(stored + DateTime.UnixEpoch.Ticks, DateTimeKind.Utc);
}
