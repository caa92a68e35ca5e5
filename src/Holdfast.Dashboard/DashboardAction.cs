namespace Holdfast.Dashboard;

/// <summary>
/// Something the host application offers to do at the press of a button, shown in the dashboard's menu and
/// where a list is empty.
/// </summary>
/// <param name="Label">What the button says, as an imperative: "Add sample e-mails".</param>
/// <param name="Url">
/// A path of the same host, beginning with a slash. The browser posts an empty body to it; an answer of 2xx is
/// shown as success, with the body's text when it is short. Posts that come from another site are refused before
/// they reach the host's handler.
/// </param>
public sealed record DashboardAction(string Label, string Url);
