namespace Holdfast.EmailSupport.Mail;

/// <summary>A password is not where the settings say that it is. The message is a sentence for the person who runs this.</summary>
internal sealed class MailPasswordException(string message, Exception? inner = null) : Exception(message, inner);
