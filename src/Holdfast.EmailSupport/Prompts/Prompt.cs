namespace Holdfast.EmailSupport.Prompts;

/// <summary>The instructions of a model call.</summary>
/// <param name="Name">What it is for: the name of the model that is asked.</param>
/// <param name="Version">Counts up. A text that was used is not changed; a change is a new version.</param>
public sealed record Prompt(string Name, int Version, string Text)
{
    /// <summary>How it is named where it was used: <c>support-reader/1</c>.</summary>
    public string Id => $"{Name}/{Version}";
}
