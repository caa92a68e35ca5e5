namespace Holdfast.EmailSupport.Mail;

/// <summary>A mail server's report that a mail could not be delivered, or not yet.</summary>
/// <param name="MessageId">The mail that it is about, without angle brackets; null when the report does not say.</param>
/// <param name="Recipient">Who did not get it.</param>
/// <param name="Permanent">It will not be tried again.</param>
/// <param name="Reason">The server's words, on one line.</param>
public sealed record BounceReport(string? MessageId, string Recipient, bool Permanent, string Reason)
{
    public override string ToString() => $"{Recipient}: {Reason}";
}
