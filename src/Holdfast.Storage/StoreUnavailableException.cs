namespace Holdfast.Storage;

/// <summary>The store cannot be reached now and may be later: whoever asked should ask again.</summary>
public sealed class StoreUnavailableException(string message, Exception? cause = null) : IOException(message, cause);
