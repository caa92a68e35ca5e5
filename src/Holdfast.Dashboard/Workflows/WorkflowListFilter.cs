using System.Text.RegularExpressions;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Dashboard.Workflows;

/// <summary>What the list of workflows is narrowed to, and the server's list filter that says the same.</summary>
/// <param name="Search">
/// What was typed: the beginning of a workflow id or type, a whole run id, or a list filter of one's own. Whatever has an
/// operator of the filter grammar in it counts as the latter and goes to the server as it is.
/// </param>
/// <param name="Statuses">The statuses to show; empty shows all.</param>
internal sealed partial record WorkflowListFilter(string Search, IReadOnlyList<WorkflowExecutionStatus> Statuses)
{
    /// <summary>The filter for the list.</summary>
    public string ToQuery()
    {
        var search = SearchQuery();
        if (Statuses.Count == 0)
            return search;

        var statuses = $"ExecutionStatus IN ({string.Join(", ", Statuses.Select(status => Quote(status.ToString())))})";
        return search.Length == 0 ? statuses : $"{search} AND {statuses}";
    }

    /// <summary>The filter for the counts beside each status, which does not depend on the statuses chosen.</summary>
    public string ToCountQuery() =>
        SearchQuery() is { Length: > 0 } search ? $"{search} GROUP BY ExecutionStatus" : "GROUP BY ExecutionStatus";

    private string SearchQuery()
    {
        var search = Search.Trim();
        if (search.Length == 0)
            return "";
        if (Operator().IsMatch(search))
            return $"({search})";

        var text = Quote(search);
        return $"(WorkflowId STARTS_WITH {text} OR WorkflowType STARTS_WITH {text} OR RunId = {text})";
    }

    /// <summary>A string literal of the list-filter grammar.</summary>
    internal static string Quote(string text) =>
        '"' + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"';

    [GeneratedRegex(@"[=<>]|\s(IN|BETWEEN|STARTS_WITH|IS)\s", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Operator();
}
