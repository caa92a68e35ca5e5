using System.Diagnostics;

namespace Holdfast.AI.Secrets;

/// <summary>A text that must not be shown. Only <see cref="Reveal"/> gives it; printing, logging and JSON do not.</summary>
[DebuggerDisplay("***")]
public readonly struct Secret
{
    private readonly string? value;

    /// <param name="value">White space around it, which copying brings along, is removed.</param>
    public Secret(string? value) => this.value = value?.Trim();

    /// <summary>Whether there is nothing to keep secret.</summary>
    public bool IsEmpty() => string.IsNullOrEmpty(value);

    /// <summary>The text itself, for the one who sends it to where it belongs.</summary>
    public string Reveal() => value ?? "";

    public override string ToString() => "***";
}
