namespace Holdfast.Dashboard.Hosting;

/// <summary>Marks the dashboard's own endpoints among the host's.</summary>
internal sealed class DashboardEndpoint
{
    public static readonly DashboardEndpoint Instance = new();
}
