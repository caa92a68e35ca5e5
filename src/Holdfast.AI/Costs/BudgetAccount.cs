namespace Holdfast.AI.Costs;

/// <summary>What is left of a budget for one tenant and one period. In US dollars.</summary>
public sealed record BudgetAccount
{
    public required BudgetAccountId Id { get; init; }

    /// <summary>The budget's limit and all that was topped up.</summary>
    public required decimal LimitUsd { get; init; }

    public required decimal ToppedUpUsd { get; init; }

    /// <summary>The known costs of requests that have ended.</summary>
    public required decimal SpentUsd { get; init; }

    /// <summary>Held for requests that are under way.</summary>
    public required decimal ReservedUsd { get; init; }

    /// <summary>Held for requests that have ended but of which nobody knows what they cost: at most this was spent besides.</summary>
    public required decimal UncertainUsd { get; init; }

    /// <summary>How many requests have ended of which nobody knows what they cost. Those without a known price hold nothing.</summary>
    public required long UnknownCosts { get; init; }

    /// <summary>What the next request may take at most; below 0 when a limit was lowered or a request took more than was expected.</summary>
    public decimal LeftUsd => LimitUsd - SpentUsd - ReservedUsd - UncertainUsd;
}
