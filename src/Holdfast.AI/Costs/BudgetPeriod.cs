namespace Holdfast.AI.Costs;

/// <summary>What an amount of money is for.</summary>
public enum BudgetPeriod
{
    /// <summary>Each workflow run.</summary>
    Run,

    /// <summary>Each calendar month, in UTC.</summary>
    Month,

    /// <summary>All that is ever spent.</summary>
    Total,
}
