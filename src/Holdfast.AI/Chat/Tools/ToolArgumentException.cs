namespace Holdfast.AI.Chat;

/// <summary>A model called a tool with arguments that do not fit. The message is for the model.</summary>
internal sealed class ToolArgumentException(string message, Exception? inner = null) : Exception(message, inner);
