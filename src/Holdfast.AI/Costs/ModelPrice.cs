using System.IO.Enumeration;

namespace Holdfast.AI.Costs;

/// <summary>A row of the price table: what a model costs from a date on, in US dollars per million tokens.</summary>
public sealed record ModelPrice
{
    /// <summary>The provider's name in the worker's set-up; <c>*</c>: any.</summary>
    public required string Provider { get; init; }

    /// <summary>The provider's id of the model; <c>*</c> stands for any characters.</summary>
    public required string Model { get; init; }

    /// <summary>From when on it holds; null: since ever. It ends where a later row for the same provider and model begins.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The row holds, for the whole request, when more tokens than this are sent.</summary>
    public long AbovePromptTokens { get; init; }

    /// <summary>Null, as with all prices: not known.</summary>
    public decimal? Input { get; init; }

    public decimal? Output { get; init; }

    public decimal? CacheRead { get; init; }

    public decimal? CacheWrite5m { get; init; }

    public decimal? CacheWrite1h { get; init; }

    /// <summary>Null: reasoning costs what output costs.</summary>
    public decimal? Reasoning { get; init; }

    // Provider and model named in full come before patterns, and long patterns before short ones.
    internal (bool, bool, int) Precision => (Provider != "*", !Model.Contains('*', StringComparison.Ordinal), Model.Length);

    internal bool Fits(string provider, string model) =>
        (Provider == "*" || Provider == provider) && FileSystemName.MatchesSimpleExpression(Model, model, ignoreCase: false);

    /// <summary>What the tokens cost, in US dollars; null when a price is missing for tokens that there are.</summary>
    internal decimal? CostOf(TokenUsage usage) =>
        Price(usage.Input, Input)
        + Price(usage.CacheRead, CacheRead)
        + Price(usage.CacheWrite5m, CacheWrite5m)
        + Price(usage.CacheWrite1h, CacheWrite1h)
        + Price(usage.Output, Output)
        + Price(usage.Reasoning, Reasoning ?? Output);

    // Null spreads: a sum with an unknown part is unknown.
    private static decimal? Price(long tokens, decimal? perMillion) => tokens == 0 ? 0 : tokens * perMillion / 1_000_000;
}
