namespace Holdfast.EmailSupport.Hosting;

/// <summary>Where the dashboard is, as people on this machine reach it.</summary>
internal sealed record DashboardAddress(int Port)
{
    /// <summary>Where approvals are decided.</summary>
    public string Approvals => $"http://localhost:{Port}/approvals";
}
