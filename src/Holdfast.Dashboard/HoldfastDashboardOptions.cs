namespace Holdfast.Dashboard;

/// <summary>What the dashboard shows and to whom it answers.</summary>
public sealed class HoldfastDashboardOptions
{
    /// <summary>Address of the server's gRPC frontend. Default <c>http://127.0.0.1:7233</c>.</summary>
    public string Target { get; set; } = "http://127.0.0.1:7233";

    /// <summary>The namespace shown when an address names none. Default <c>default</c>.</summary>
    public string Namespace { get; set; } = "default";

    /// <summary>What the host offers to do at the press of a button. Empty by default.</summary>
    public IList<DashboardAction> Actions { get; } = [];

    /// <summary>Pages beside the dashboard's own, in the order of its navigation. Empty by default.</summary>
    public IList<DashboardPage> Pages { get; } = [];

    /// <summary>
    /// Components that a workflow's page shows above the history. Each gets the parameters <c>Namespace</c>, <c>WorkflowId</c> and <c>RunId</c>
    /// (strings) and <c>IsOpen</c>. Empty by default.
    /// </summary>
    public IList<Type> WorkflowPanels { get; } = [];

    /// <summary>
    /// Names under which browsers may ask for the dashboard, beside <c>localhost</c> and plain IP addresses, which
    /// are always allowed. Any other name in the Host header is refused, because a hostile site can point its own
    /// name at this machine and would then be same-origin with the dashboard (DNS rebinding).
    /// </summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>
    /// The groups that a person is in, without <c>group:</c>: who decides an approval that is assigned to a group. Asked at each decision, so
    /// it may change. Default: none.
    /// </summary>
    public Func<string, IReadOnlyList<string>> GroupsOf { get; set; } = _ => [];
}
