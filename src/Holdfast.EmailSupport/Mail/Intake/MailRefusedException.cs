namespace Holdfast.EmailSupport.Mail.Intake;

/// <summary>The server refuses this e-mail for good, and why.</summary>
internal sealed class MailRefusedException(string message, Exception? inner = null) : Exception(message, inner);
