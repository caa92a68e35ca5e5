namespace Holdfast.AI.Costs;

/// <summary>US dollars as the database keeps them: whole billionths, which add up exactly.</summary>
internal static class Money
{
    private const decimal Billion = 1_000_000_000;

    public static long Stored(decimal usd) => (long)decimal.Round(usd * Billion, 0, MidpointRounding.AwayFromZero);

    public static long? Stored(decimal? usd) => usd is { } known ? Stored(known) : null;

    public static decimal Read(long stored) => stored / Billion;
}
