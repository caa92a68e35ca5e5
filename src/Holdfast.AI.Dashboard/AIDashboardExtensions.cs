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
}
