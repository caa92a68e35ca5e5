namespace Holdfast.Runtime.Histories;

/// <summary>A history cannot be imported. The message says why; nothing was changed.</summary>
public sealed class HistoryImportException(string message, Exception? cause = null) : Exception(message, cause);
