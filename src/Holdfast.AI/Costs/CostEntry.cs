namespace Holdfast.AI.Costs;

/// <summary>A request in the ledger.</summary>
public sealed record CostEntry
{
    /// <summary>See <see cref="Chat.ModelRequest.Id"/>.</summary>
    public required string Id { get; init; }

    public required string Tenant { get; init; }

    public string? WorkflowId { get; init; }

    public string? RunId { get; init; }

    public string? WorkflowType { get; init; }

    public required string Provider { get; init; }

    public required string Model { get; init; }

    public string? Credential { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>As in <see cref="Chat.ChatAttempt.Outcome"/>; null while it is under way.</summary>
    public string? Outcome { get; init; }

    /// <summary>Null: not known, or under way.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>The most that it was expected to cost; null: its price is not known.</summary>
    public decimal? ReservedUsd { get; init; }

    /// <summary>Null: not known.</summary>
    public TokenUsage? Usage { get; init; }
}
