namespace Holdfast.AI.Costs;

/// <summary>The requests of a group, added up.</summary>
public sealed record CostSum
{
    /// <summary>The group: the tenant, the month… Empty for requests that have none, as those outside workflows have no run.</summary>
    public required string Key { get; init; }

    /// <summary>The workflow that a run is of; null in other groups.</summary>
    public string? WorkflowId { get; init; }

    /// <summary>How many requests were made, those under way included.</summary>
    public required long Requests { get; init; }

    /// <summary>The costs that are known, in US dollars. With <see cref="UnknownCosts"/> above 0 the whole is this or more.</summary>
    public required decimal CostUsd { get; init; }

    /// <summary>How many ended requests there are of which nobody knows what they cost.</summary>
    public required long UnknownCosts { get; init; }

    /// <summary>How many are under way.</summary>
    public required long UnderWay { get; init; }

    /// <summary>What is reserved for those.</summary>
    public required decimal ReservedUsd { get; init; }

    /// <summary>All tokens that were sent, cached ones included, as far as they are known.</summary>
    public required long TokensIn { get; init; }

    public required long TokensOut { get; init; }
}
