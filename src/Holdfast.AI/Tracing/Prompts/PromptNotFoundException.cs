namespace Holdfast.AI.Tracing.Prompts;

/// <summary>Langfuse has no prompt of this name with this label.</summary>
public sealed class PromptNotFoundException(string message) : Exception(message);
