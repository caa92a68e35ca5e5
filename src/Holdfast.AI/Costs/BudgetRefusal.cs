namespace Holdfast.AI.Costs;

/// <summary>Why a request is not made.</summary>
internal sealed record BudgetRefusal(BudgetAccountId Account, string Text);
