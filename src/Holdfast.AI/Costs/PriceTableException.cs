namespace Holdfast.AI.Costs;

/// <summary>A price table that cannot be read. The message is one line that names the file and the row.</summary>
public sealed class PriceTableException(string message, Exception? inner = null) : Exception(message, inner);
