namespace Holdfast.EmailSupport.Triage;

/// <summary>A passage of the team's knowledge that a reply is drawn from.</summary>
/// <param name="Id">The passage's id, one of those that were offered to the writer.</param>
public sealed record Citation(string Id, string Title);
