using Holdfast.Engine.Visibility;

namespace Holdfast.Storage;

/// <summary>A list or count of one namespace's runs.</summary>
public sealed record VisibilityQuery(string NamespaceId)
{
    /// <summary>Which runs, and for a count whether by status.</summary>
    public ListFilter Filter { get; init; } = ListFilter.All;

    /// <summary>Rows per page of a list; at least 1.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>The page begins behind this place; null: the first page.</summary>
    public VisibilityCursor? After { get; init; }
}
