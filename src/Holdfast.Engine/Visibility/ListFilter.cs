namespace Holdfast.Engine.Visibility;

/// <summary>Which runs a list or count is about: the <c>query</c> of the protocol's list and count requests, parsed and checked.</summary>
public sealed record ListFilter(Condition Where)
{
    /// <summary>Every run that belongs to no namespace division.</summary>
    public static ListFilter All { get; } = new(new Condition.IsNull(SearchAttribute.NamespaceDivision));

    /// <summary>A count by execution status rather than one number.</summary>
    public bool GroupByStatus { get; init; }

    /// <summary>Parses a list's query; an empty one is <see cref="All"/>. Refusals are INVALID_ARGUMENT, <c>invalid query: …</c>.</summary>
    public static Answer<ListFilter> ForList(string query, NamespaceView ns)
    {
        var answer = ForCount(query, ns);
        return answer.Refusal is null && answer.Reply.GroupByStatus
            ? Refusal.InvalidArgument("invalid query: operation is not supported: 'GROUP BY' clause")
            : answer;
    }

    /// <summary>Parses a count's query, which may end with <c>GROUP BY ExecutionStatus</c>.</summary>
    public static Answer<ListFilter> ForCount(string query, NamespaceView ns) => new ListFilterParser(query, ns).Parse();
}
