namespace Holdfast.AI.Limits;

/// <summary>How much may be asked with one key, by all workers of the machine together. What is null is not limited.</summary>
/// <param name="Key">
/// The credential's id in the vault, or its reference: then it holds for every credential of that reference, each on its own, unless there is
/// one for its id. A provider without keys is <c>provider/NAME</c>.
/// </param>
public sealed record RateLimit(string Key)
{
    public double? RequestsPerMinute { get; init; }

    /// <summary>Input and output together.</summary>
    public double? TokensPerMinute { get; init; }

    /// <summary>The most requests at a time.</summary>
    public int? Concurrency { get; init; }
}
