namespace Holdfast.EmailSupport.Tenants;

/// <summary>The settings file could not be read or written. The message is a sentence for the person before the page.</summary>
internal sealed class SettingsFileException(string message, Exception? inner = null) : Exception(message, inner);
