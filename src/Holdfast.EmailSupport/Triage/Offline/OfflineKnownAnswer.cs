namespace Holdfast.EmailSupport.Triage.Offline;

/// <summary>An answer in one language and the phrases that call for it.</summary>
internal sealed record OfflineKnownAnswer(string Language, string[] Phrases, string Text);
