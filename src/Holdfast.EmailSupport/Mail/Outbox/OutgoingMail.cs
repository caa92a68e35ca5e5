namespace Holdfast.EmailSupport.Mail.Outbox;

/// <summary>A mail that is ready to go: its bytes never change, however often it is tried.</summary>
/// <param name="MessageId">Without angle brackets.</param>
internal sealed record OutgoingMail(string MessageId, MailAddress From, MailAddress To, byte[] Bytes);
