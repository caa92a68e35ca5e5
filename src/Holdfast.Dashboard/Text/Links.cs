namespace Holdfast.Dashboard.Text;

/// <summary>
/// Addresses of the dashboard's pages. Ids are the application's own and may hold any character, slashes too, so they are
/// never part of a path.
/// </summary>
internal static class Links
{
    public static string Workflows(string? ns = null, string? status = null, string? query = null) =>
        With("/workflows", ("namespace", ns), ("status", status), ("query", query));

    public static string Workflow(string? ns, string workflowId, string? runId) =>
        With("/workflow", ("namespace", ns), ("id", workflowId), ("run", runId));

    public static string Approvals(string? ns = null, string? workflowId = null, string? runId = null) =>
        With("/approvals", ("namespace", ns), ("id", workflowId), ("run", runId));

    private static string With(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var separator = '?';
        foreach (var (name, value) in parameters)
        {
            if (string.IsNullOrEmpty(value))
                continue;

            path += $"{separator}{name}={Uri.EscapeDataString(value)}";
            separator = '&';
        }

        return path;
    }
}
