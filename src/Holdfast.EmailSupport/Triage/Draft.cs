namespace Holdfast.EmailSupport.Triage;

/// <summary>A proposed reply.</summary>
/// <param name="Body">Plain text, cleaned and capped. Empty when nothing could be written: a person must write it.</param>
/// <param name="Model">Who wrote it: a model's id, or the offline rules.</param>
/// <param name="Notice">What a reader must know about the writer; null for a real model.</param>
/// <param name="Warnings">What is doubtful about the text, as sentences. Any warning keeps it from going out on its own.</param>
public sealed record Draft(string Body, string Model, string? Notice, IReadOnlyList<string> Warnings)
{
    /// <summary>What the writer says it used. Each was offered to it.</summary>
    public IReadOnlyList<Citation> Citations { get; init; } = [];

    /// <summary>How sure the writer says it is, from 0 to 1.</summary>
    public double Confidence { get; init; }

    /// <summary>The prompt that it was written by, <c>support-writer/1</c>; null when nothing was written.</summary>
    public string? Prompt { get; init; }
}
