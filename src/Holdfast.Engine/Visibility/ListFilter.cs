namespace Holdfast.Engine.Visibility;

/// <summary>Which runs a list or count is about.</summary>
public sealed record ListFilter
{
    /// <summary>Every run that belongs to no namespace division.</summary>
    public static ListFilter All { get; } = new();

    /// <summary>A count by execution status rather than one number.</summary>
    public bool GroupByStatus { get; init; }
}
