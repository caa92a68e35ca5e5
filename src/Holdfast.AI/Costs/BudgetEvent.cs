namespace Holdfast.AI.Costs;

/// <summary>Something that happened to a budget.</summary>
/// <param name="Kind"><c>set</c>, <c>removed</c>, <c>topped-up</c>, <c>alert</c> (50, 80 or 100 % are used) or <c>exhausted</c> (a request has to wait).</param>
/// <param name="Tenant">Empty when it concerns the budget as a whole.</param>
/// <param name="By">Who did it; null: nobody, it came about.</param>
/// <param name="AmountUsd">The new limit, what was topped up, or what was used.</param>
public sealed record BudgetEvent(DateTimeOffset At, string Kind, string Budget, string Tenant, string Key, string? By, decimal? AmountUsd, string Text);
