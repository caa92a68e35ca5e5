namespace Holdfast.AI.Costs;

/// <summary>The most that may be spent on models. No request is made that could take more than what is left.</summary>
/// <param name="Id">The operator's name for it: letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, at most 64.</param>
/// <param name="Tenant">Whose requests count; <c>*</c>: each tenant has this budget for itself.</param>
/// <param name="Period">What the amount is for.</param>
/// <param name="LimitUsd">In US dollars, 0 or more.</param>
public sealed record Budget(string Id, string Tenant, BudgetPeriod Period, decimal LimitUsd)
{
    /// <summary>Stands for each tenant.</summary>
    public const string EachTenant = "*";

    /// <summary>Only requests of workflows of this type count; null: all.</summary>
    public string? WorkflowType { get; init; }

    /// <summary>
    /// Requests to models whose price is not known wait, as those for which no money is left. Otherwise they are made, and counted in
    /// <see cref="BudgetAccount.UnknownCosts"/>.
    /// </summary>
    public bool RefuseUnknownPrices { get; init; }
}
