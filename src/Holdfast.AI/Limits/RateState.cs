namespace Holdfast.AI.Limits;

/// <summary>How it stands with a key.</summary>
/// <param name="Key">The credential's id in the vault, or its reference.</param>
/// <param name="Waiting">How many calls wait for their turn.</param>
/// <param name="UnderWay">How many requests are under way, where they are limited.</param>
/// <param name="ShutUntil">Until when the provider asked to be left alone; null: it did not.</param>
public sealed record RateState(string Key, int Waiting, int UnderWay, DateTimeOffset? ShutUntil);
