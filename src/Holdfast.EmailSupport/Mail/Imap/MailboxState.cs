namespace Holdfast.EmailSupport.Mail.Imap;

/// <summary>How a mailbox does.</summary>
/// <param name="Since">Since when it is so.</param>
/// <param name="Reason">Why it cannot be read; empty while it can.</param>
/// <param name="LookedAt">When it was last read to its end; null if not since the start.</param>
internal sealed record MailboxState(string Mailbox, MailboxStep Step, DateTimeOffset Since, string Reason, DateTimeOffset? LookedAt);
