namespace Holdfast.Dashboard.Text;

/// <summary>What a line of a comparison is.</summary>
public enum DiffKind
{
    Same,
    Removed,
    Added,

    /// <summary>Stands for lines in a row that are the same and far from any change.</summary>
    Gap,
}
