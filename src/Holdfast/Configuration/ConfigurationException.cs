namespace Holdfast.Configuration;

/// <summary>The configuration is wrong. The message is one line that names the setting and how to mend it.</summary>
internal sealed class ConfigurationException(string message) : Exception(message);
