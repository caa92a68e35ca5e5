using Holdfast.Dashboard;

namespace Holdfast.AI.Dashboard;

/// <summary>Adds what the AI layer has to show to the dashboard.</summary>
public static class AIDashboardExtensions
{
    /// <summary>
    /// Shows the answers of a workflow's model calls while they are written. The host must be the worker as well: the words are in its memory
    /// alone.
    /// </summary>
    public static HoldfastDashboardOptions ShowLiveAnswers(this HoldfastDashboardOptions dashboard)
    {
        ArgumentNullException.ThrowIfNull(dashboard);
        dashboard.WorkflowPanels.Add(typeof(LiveAnswers.LiveAnswersPanel));
        return dashboard;
    }

    /// <summary>Adds the page of costs by tenant, model, workflow and day. The host's services must have <c>AddModelCosts</c>.</summary>
    public static HoldfastDashboardOptions ShowCosts(this HoldfastDashboardOptions dashboard) => dashboard.Add(new("Costs", "costs", typeof(Costs.CostsPage)));

    /// <summary>
    /// Adds the page of budgets, where they are set and topped up. The host's services must have <c>AddModelCosts</c> and an
    /// <see cref="Temporalio.Client.ITemporalClient"/> of the namespace whose runs wait.
    /// </summary>
    public static HoldfastDashboardOptions ShowBudgets(this HoldfastDashboardOptions dashboard) => dashboard.Add(new("Budgets", "budgets", typeof(Budgets.BudgetsPage)));

    /// <summary>Adds the page of tenants' keys, masked. The host's services must have <c>AddCredentialVault</c>.</summary>
    public static HoldfastDashboardOptions ShowKeys(this HoldfastDashboardOptions dashboard) => dashboard.Add(new("Keys", "keys", typeof(Keys.KeysPage)));

    private static HoldfastDashboardOptions Add(this HoldfastDashboardOptions dashboard, DashboardPage page)
    {
        ArgumentNullException.ThrowIfNull(dashboard);
        dashboard.Pages.Add(page);
        return dashboard;
    }
}
