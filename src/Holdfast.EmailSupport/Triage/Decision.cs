namespace Holdfast.EmailSupport.Triage;

/// <summary>What one rule says about a reply.</summary>
/// <param name="Rule">The rule's name: <c>category</c>, <c>confidence</c>.</param>
/// <param name="AsksPerson">Whether a person must approve the reply.</param>
/// <param name="Reason">Why, or why not, in one sentence.</param>
public sealed record Decision(string Rule, bool AsksPerson, string Reason);
