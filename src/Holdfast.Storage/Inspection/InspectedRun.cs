using Holdfast.Engine;

namespace Holdfast.Storage.Inspection;

/// <summary>A run with all that is stored of it.</summary>
public sealed record InspectedRun
{
    /// <summary>The run's number in the store.</summary>
    public required long EntityId { get; init; }

    public required RunKey Run { get; init; }

    public required int Shard { get; init; }

    /// <summary>The run's status as <c>WorkflowExecutionStatus</c>.</summary>
    public required int Status { get; init; }

    public required DateTime? WakeAt { get; init; }

    public required bool Owes { get; init; }

    /// <summary>Journal and slots; null when they cannot be read, and <see cref="Damage"/> says why.</summary>
    public required StoredRun? Journal { get; init; }

    /// <summary>The run's visibility row; null when there is none or it cannot be read.</summary>
    public required VisibilityRow? Visibility { get; init; }

    /// <summary>What of the run cannot be read, as a sentence; null for nothing.</summary>
    public string? Damage { get; init; }
}
