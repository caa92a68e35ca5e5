using Holdfast.AI.Text;
using MimeKit;

namespace Holdfast.EmailSupport.Mail.Reading;

/// <summary>Lists the attachments of a mail, and keeps them where a folder for them is given.</summary>
internal static class MailParts
{
    private const int MaxNameLength = 120;

    /// <summary>Every part that is not the letter itself: files, inline pictures, and whole mails, whose own parts are not looked into.</summary>
    public static IReadOnlyList<MailAttachment> AttachmentsOf(MimeMessage message, AttachmentFolder? folder)
    {
        var attachments = new List<MailAttachment>();
        Collect(message.Body, attachments, folder);
        return attachments;
    }

    private static void Collect(MimeEntity? entity, List<MailAttachment> attachments, AttachmentFolder? folder)
    {
        switch (entity)
        {
            case Multipart parts:
                foreach (var part in parts)
                    Collect(part, attachments, folder);
                break;
            case MessagePart mail:
                attachments.Add(Attachment(Name(mail, mail.Message?.Subject ?? "message", ".eml"), "message/rfc822", content => mail.Message?.WriteTo(content), folder));
                break;
            case TextPart { IsAttachment: false, FileName: null }:
                break;
            case MimePart part:
                attachments.Add(Attachment(Name(part, part.FileName ?? "attachment", ""), MediaType(part), content => part.Content?.DecodeTo(content), folder));
                break;
            default:
                break;
        }
    }

    private static string Name(MimeEntity entity, string fallback, string extension)
    {
        var name = entity.ContentDisposition?.FileName ?? entity.ContentType.Name ?? fallback + extension;
        // A path in a name is never meant well.
        var last = name.Split('/', '\\')[^1];
        return PlainText.CleanLine(last, MaxNameLength) is { Length: > 0 } clean ? clean : "attachment" + extension;
    }

    private static string MediaType(MimePart part) => PlainText.CleanLine(part.ContentType.MimeType.ToLowerInvariant(), MaxNameLength);

    private static MailAttachment Attachment(string name, string mediaType, Action<Stream> write, AttachmentFolder? folder)
    {
        // In memory: the whole mail is, and its parts are smaller.
        using var content = new MemoryStream();
        write(content);
        var bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        return new(name, mediaType, bytes.Length, folder?.Keep(bytes), FileKind.Warning(name, mediaType, FileKind.Of(bytes)));
    }
}
