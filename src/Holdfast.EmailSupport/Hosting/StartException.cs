namespace Holdfast.EmailSupport.Hosting;

/// <summary>The application cannot start. The message is one line that says what is wrong and how to mend it.</summary>
internal sealed class StartException(string message, Exception? inner = null) : Exception(message, inner);
