namespace Holdfast.AI.Database;

/// <summary>The AI database cannot be used. The message says which file, why, and what to do.</summary>
public sealed class AIDatabaseException(string message, Exception? inner = null) : Exception(message, inner);
