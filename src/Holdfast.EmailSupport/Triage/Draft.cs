namespace Holdfast.EmailSupport.Triage;

/// <summary>A proposed reply.</summary>
/// <param name="Body">Plain text, cleaned and capped. Empty when nothing could be written: a person must write it.</param>
/// <param name="Model">Who wrote it: a model's id, or the offline rules.</param>
/// <param name="Notice">What a reader must know about the writer; null for a real model.</param>
/// <param name="Warnings">What is doubtful about the text, as sentences. Any warning keeps it from going out on its own.</param>
public sealed record Draft(string Body, string Model, string? Notice, IReadOnlyList<string> Warnings);
