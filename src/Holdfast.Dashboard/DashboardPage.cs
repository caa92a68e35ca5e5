namespace Holdfast.Dashboard;

/// <summary>A page that another assembly adds to the dashboard: a Razor component with a route.</summary>
/// <param name="Label">What the navigation says.</param>
/// <param name="Path">The page's route, without the slash in front: <c>costs</c>.</param>
/// <param name="Component">The component. All routes of its assembly are added.</param>
public sealed record DashboardPage(string Label, string Path, Type Component);
