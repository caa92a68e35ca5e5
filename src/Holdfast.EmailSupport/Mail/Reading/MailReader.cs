using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Holdfast.AI.Text;
using MimeKit;

namespace Holdfast.EmailSupport.Mail.Reading;

/// <summary>Turns raw mail into an <see cref="EmailMessage"/>, or says why it cannot be read as mail at all.</summary>
/// <param name="folder">Where attachments are kept; null keeps none.</param>
internal sealed class MailReader(MailIdentity identity, AttachmentFolder? folder = null)
{
    // A workflow's input stays in its history: enough for any honest letter, far below the payload limits.
    private const int MaxTextLength = 20_000;
    private const int MaxQuotedLength = 5_000;
    private const int MaxSubjectLength = 300;
    private const int MaxNameLength = 120;
    private const int MaxAddressLength = 254;
    private const int MaxRecipients = 50;
    private const int MaxAttachments = 50;
    private const int MaxMimeDepth = 32;

    // An honest mail has a handful; more are made to keep readers busy.
    private const int MaxParts = 1000;

    // What an address may hold only in quotes, which no customer uses and header tricks need.
    private static readonly SearchValues<char> NotInAddresses = SearchValues.Create(" \t\r\n<>,;:\"()[]\\");

    private static readonly ParserOptions Options = new()
    {
        // What undeclared bytes most often are when they are not UTF-8.
        CharsetEncoding = Encoding.GetEncoding(1252),
        MaxMimeDepth = MaxMimeDepth,
    };

    /// <exception cref="UnreadableMailException">It is no e-mail that anyone could answer; the message says why.</exception>
    public EmailMessage Read(byte[] raw)
    {
        using var message = Parse(raw);
        if (message.BodyParts.Take(MaxParts + 1).Count() > MaxParts)
            throw new UnreadableMailException($"The mail has more than {MaxParts} parts.");

        var notes = new List<string>();
        var id = IdOf(raw);
        var from = Sender(message);
        var body = MailBody.Of(message);
        notes.AddRange(body.Notes);
        var (text, quoted) = QuotedHistory.Split(body.Text);
        var (attachments, count) = MailParts.AttachmentsOf(message, MaxAttachments, folder);
        if (count > MaxAttachments)
            notes.Add($"The mail has {count} attachments; the first {MaxAttachments} are listed.");

        var bounce = Bounces.Of(message);
        return new EmailMessage
        {
            Id = id,
            File = FileOf(id),
            From = from,
            ReplyTo = ReplyAddress(message, from, notes),
            To = [.. message.To.Mailboxes.Concat(message.Cc.Mailboxes).Take(MaxRecipients).Select(Address)],
            Subject = PlainText.CleanLine(message.Subject ?? "", MaxSubjectLength),
            Date = message.Date == default ? null : message.Date,
            MessageId = Threading.CleanId(message.MessageId),
            References = Threading.ReferencesOf(message),
            Text = Capped(text, MaxTextLength, "text", notes),
            QuotedText = Capped(quoted, MaxQuotedLength, "quoted conversation", notes),
            Attachments = attachments,
            Notes = notes,
            AnswersOurs = message.References.Append(message.InReplyTo).Any(other => other is not null && OwnMessageId.IsOurs(other, identity)),
            CaseId = CaseOf(bounce?.MessageId is { } lost ? [lost] : message.References.Append(message.InReplyTo ?? "").Reverse()),
            Bounce = bounce,
            NoReplyReason = AutomaticMail.Reason(message, from, identity),
        };
    }

    /// <summary>See <see cref="EmailMessage.Id"/>.</summary>
    public static string IdOf(byte[] raw) => Convert.ToHexStringLower(SHA256.HashData(raw));

    /// <summary>See <see cref="EmailMessage.File"/>.</summary>
    public static string FileOf(string id) => $"{MailFolders.ProcessedName}/{id}.eml";

    // The newest of our mails that it refers to.
    private string? CaseOf(IEnumerable<string> ids) => ids.Select(id => OwnMessageId.WorkflowOf(id, identity)).FirstOrDefault(id => id is not null);

    private static MimeMessage Parse(byte[] raw)
    {
        if (raw.Length == 0)
            throw new UnreadableMailException("The file is empty.");

        MimeMessage message;
        try
        {
            message = MimeMessage.Load(Options, new MemoryStream(raw, writable: false));
        }
        catch (Exception exception) when (exception is FormatException or ParseException or ArgumentException or InvalidOperationException)
        {
            throw new UnreadableMailException($"The file is not an e-mail: {PlainText.CleanLine(exception.Message, 200)}", exception);
        }

        if (message.Headers.Count == 0)
            throw new UnreadableMailException("The file is not an e-mail: it has no headers.");
        return message;
    }

    private static MailAddress Sender(MimeMessage message)
    {
        var mailbox = message.From.Mailboxes.FirstOrDefault(Usable) ?? (message.Sender is { } sender && Usable(sender) ? sender : null);
        return mailbox is null
            ? throw new UnreadableMailException("The mail has no usable sender: its From header is missing or broken.")
            : Address(mailbox);
    }

    // From can be forged as well, but a Reply-To elsewhere is the cheapest way to make us send a customer's case to a stranger.
    private static MailAddress ReplyAddress(MimeMessage message, MailAddress from, List<string> notes)
    {
        if (message.ReplyTo.Mailboxes.FirstOrDefault() is not { } other || !Usable(other)
            || string.Equals(other.Address, from.Address, StringComparison.OrdinalIgnoreCase))
            return from;

        if (MailAddress.DomainOf(other.Address) == MailAddress.DomainOf(from.Address))
            return Address(other);

        notes.Add($"The mail asks for replies to {Address(other).Address}, which is another domain than the sender's. That is ignored: a reply goes to {from.Address}.");
        return from;
    }

    private static bool Usable(MailboxAddress mailbox)
    {
        var address = mailbox.Address;
        var at = address.LastIndexOf('@');
        return at > 0 && at < address.Length - 1 && address.Length <= MaxAddressLength
            && address == PlainText.Clean(address)
            && !address.AsSpan().ContainsAny(NotInAddresses);
    }

    private static MailAddress Address(MailboxAddress mailbox) =>
        new(PlainText.CleanLine(mailbox.Address, MaxAddressLength), PlainText.CleanLine(mailbox.Name ?? "", MaxNameLength));

    private static string Capped(string text, int maxLength, string what, List<string> notes)
    {
        if (text.Length > maxLength)
            notes.Add($"The {what} was cut from {text.Length} to {maxLength} characters. All of it is in the stored mail.");
        return PlainText.Cap(text, maxLength, "\n[cut]");
    }
}
