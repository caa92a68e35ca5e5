namespace Holdfast.AI.Costs;

/// <summary>Which requests are counted; what is null counts all.</summary>
public sealed record CostFilter
{
    public string? Tenant { get; init; }

    /// <summary>In UTC: <c>2026-11</c>.</summary>
    public string? Month { get; init; }

    public string? WorkflowType { get; init; }

    public string? WorkflowId { get; init; }

    public string? RunId { get; init; }

    /// <summary>Those that were begun at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Those that were begun before this time.</summary>
    public DateTimeOffset? Until { get; init; }
}
