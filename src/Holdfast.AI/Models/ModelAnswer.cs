namespace Holdfast.AI.Models;

/// <summary>What a model said.</summary>
/// <param name="Text">Its words, untrusted: clean them before showing or sending.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="CutOff">It hit the limit of output tokens.</param>
/// <param name="InputTokens">Tokens read, cached ones included; null when the provider did not say.</param>
/// <param name="OutputTokens">Tokens written; null when the provider did not say.</param>
public sealed record ModelAnswer(string Text, string Model, bool CutOff, long? InputTokens, long? OutputTokens);
