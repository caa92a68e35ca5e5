namespace Holdfast.Storage;

/// <summary>One page of a list, and where the next one begins (null: this was the last).</summary>
public sealed record VisibilityPage(IReadOnlyList<VisibilityEntry> Entries, VisibilityCursor? Next);
