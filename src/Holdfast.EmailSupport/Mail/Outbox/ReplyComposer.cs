using Holdfast.AI.Text;
using Holdfast.EmailSupport.Workflows;
using MimeKit;
using MimeKit.Text;

namespace Holdfast.EmailSupport.Mail.Outbox;

/// <summary>Makes the MIME bytes of a reply. The same order gives the same bytes.</summary>
internal static class ReplyComposer
{
    private const int MaxSubjectLength = 320;
    private const int MaxNameLength = 120;

    public static OutgoingMail Compose(ReplyOrder order, string messageId, MailIdentity identity)
    {
        using var message = new MimeMessage
        {
            MessageId = messageId,
            Date = order.Date,
            Subject = PlainText.CleanLine(order.Subject, MaxSubjectLength),
            Body = Text(order.Body),
        };
        message.From.Add(Mailbox(identity.Address));
        message.To.Add(Mailbox(order.To));
        if (order.InReplyTo is { } parent)
            message.InReplyTo = parent;
        foreach (var reference in order.References)
            message.References.Add(reference);

        // RFC 3834: only what no person saw is an automatic reply. The other header keeps Exchange's robots from answering either.
        if (order.Seal is null)
            message.Headers.Add("Auto-Submitted", "auto-replied");
        message.Headers.Add("X-Auto-Response-Suppress", "All");
        if (order.WriterNotice is { } writer)
            message.Headers.Add("X-Holdfast-Writer", PlainText.CleanLine(writer, MaxNameLength));
        return new(messageId, identity.Address, order.To, Bytes(message));
    }

    public static TextPart Text(string body)
    {
        var part = new TextPart(TextFormat.Plain) { ContentTransferEncoding = ContentEncoding.QuotedPrintable };
        part.SetText(System.Text.Encoding.UTF8, PlainText.Clean(body).TrimEnd() + "\n");
        return part;
    }

    public static MailboxAddress Mailbox(MailAddress address) => new(PlainText.CleanLine(address.Name, MaxNameLength), address.Address);

    public static byte[] Bytes(MimeMessage message)
    {
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        using var stream = new MemoryStream();
        message.WriteTo(format, stream);
        return stream.ToArray();
    }
}
