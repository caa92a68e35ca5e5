using Holdfast.AI.Waiting;

namespace Holdfast.AI.Costs;

/// <summary>A budget for one tenant and one period.</summary>
/// <param name="Key">The run's id, the month (<c>2026-11</c>), or empty for a budget of all time.</param>
public sealed record BudgetAccountId(string Budget, string Tenant, string Key)
{
    /// <summary>What runs that wait for it have as search attribute <see cref="WaitingNames.SearchAttribute"/>.</summary>
    public string WaitingFor => WaitingNames.Budget(ToString());

    public override string ToString() => Key.Length == 0 ? $"{Budget}/{Tenant}" : $"{Budget}/{Tenant}/{Key}";
}
