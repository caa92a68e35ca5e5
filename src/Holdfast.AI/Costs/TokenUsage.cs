using Microsoft.Extensions.AI;

namespace Holdfast.AI.Costs;

/// <summary>The tokens of one request, each counted under exactly one name, so that they can be priced and added up.</summary>
/// <remarks>
/// Providers and Microsoft.Extensions.AI count some tokens twice: those read from a cache within the input, those of reasoning within the
/// output. Here <see cref="Input"/> and <see cref="Output"/> are what is left besides.
/// </remarks>
public sealed record TokenUsage
{
    // Where Anthropic's client puts what was written into the cache, of both lifetimes together.
    internal const string CacheWriteCount = "CacheCreationInputTokens";

    // Ours, beside it: the part of it that is kept for an hour.
    internal const string CacheWrite1hCount = "CacheCreation1hInputTokens";

    /// <summary>Input that was neither read from a cache nor written into one.</summary>
    public long Input { get; init; }

    public long CacheRead { get; init; }

    /// <summary>Written into a cache for five minutes, or for a time that the provider does not say.</summary>
    public long CacheWrite5m { get; init; }

    public long CacheWrite1h { get; init; }

    /// <summary>Output without reasoning.</summary>
    public long Output { get; init; }

    public long Reasoning { get; init; }

    /// <summary>All that was sent: what limits and price steps by length count.</summary>
    public long AllInput => Input + CacheRead + CacheWrite5m + CacheWrite1h;

    public long AllOutput => Output + Reasoning;

    /// <summary>Null when the provider did not say how many tokens went in and came out: that is unknown, and not none.</summary>
    public static TokenUsage? Of(UsageDetails? usage)
    {
        if (usage is not { InputTokenCount: { } input, OutputTokenCount: { } output } || input < 0 || output < 0)
            return null;

        var cacheRead = usage.CachedInputTokenCount ?? 0;
        var cacheWrite = Count(usage, CacheWriteCount);
        var cacheWrite1h = Math.Min(Count(usage, CacheWrite1hCount), cacheWrite);
        var reasoning = Math.Min(usage.ReasoningTokenCount ?? 0, output);
        return new()
        {
            Input = Math.Max(input - cacheRead - cacheWrite, 0),
            CacheRead = cacheRead,
            CacheWrite5m = cacheWrite - cacheWrite1h,
            CacheWrite1h = cacheWrite1h,
            Output = output - reasoning,
            Reasoning = reasoning,
        };
    }

    private static long Count(UsageDetails usage, string name) => usage.AdditionalCounts?.GetValueOrDefault(name) ?? 0;
}
