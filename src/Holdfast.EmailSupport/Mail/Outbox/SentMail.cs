namespace Holdfast.EmailSupport.Mail.Outbox;

/// <summary>A mail that is out.</summary>
/// <param name="MessageId">Its Message-ID, without angle brackets.</param>
/// <param name="File">Its copy in the outbox folder, without a path.</param>
/// <param name="AlreadySent">An earlier attempt had sent it, so nothing was sent now.</param>
/// <param name="Refused">Who should have got a copy and did not, with the mail server's answer; null when there is none.</param>
public sealed record SentMail(string MessageId, string File, bool AlreadySent, IReadOnlyList<string>? Refused = null);
