namespace Holdfast.EmailSupport.Mail.Reading;

/// <summary>A file that is no e-mail anyone could answer. The message tells a person why, in one sentence.</summary>
internal sealed class UnreadableMailException(string message, Exception? inner = null) : Exception(message, inner);
