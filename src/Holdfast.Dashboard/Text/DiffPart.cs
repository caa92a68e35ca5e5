namespace Holdfast.Dashboard.Text;

/// <summary>A piece of a line, and whether it is what changed in it.</summary>
public sealed record DiffPart(string Text, bool IsChanged);
