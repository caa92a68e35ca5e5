namespace Holdfast.Storage;

/// <summary>The store cannot be opened. The message says what is wrong and how to mend it; nothing was changed.</summary>
public sealed class StoreUnusableException(string message, Exception? cause = null) : Exception(message, cause);
