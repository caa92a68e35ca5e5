namespace Holdfast.Dashboard.Text;

/// <summary>One line of a comparison. A gap has one part, which says how many lines it stands for.</summary>
public sealed record DiffLine(DiffKind Kind, IReadOnlyList<DiffPart> Parts)
{
    public string Text => string.Concat(Parts.Select(part => part.Text));
}
