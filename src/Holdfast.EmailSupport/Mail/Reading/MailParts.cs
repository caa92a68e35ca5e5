using Holdfast.AI.Text;
using MimeKit;

namespace Holdfast.EmailSupport.Mail.Reading;

/// <summary>Lists the attachments of a mail without opening or storing them.</summary>
internal static class MailParts
{
    private const int MaxNameLength = 120;

    /// <summary>Every part that is not the letter itself: files, inline pictures, and whole mails, whose own parts are not looked into.</summary>
    public static IReadOnlyList<MailAttachment> AttachmentsOf(MimeMessage message)
    {
        var attachments = new List<MailAttachment>();
        Collect(message.Body, attachments);
        return attachments;
    }

    private static void Collect(MimeEntity? entity, List<MailAttachment> attachments)
    {
        switch (entity)
        {
            case Multipart parts:
                foreach (var part in parts)
                    Collect(part, attachments);
                break;
            case MessagePart mail:
                attachments.Add(new(Name(mail, mail.Message?.Subject ?? "message", ".eml"), "message/rfc822", SizeOf(mail)));
                break;
            case TextPart { IsAttachment: false, FileName: null }:
                break;
            case MimePart part:
                attachments.Add(new(Name(part, part.FileName ?? "attachment", ""), MediaType(part), SizeOf(part)));
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

    private static long SizeOf(MimePart part)
    {
        using var measure = new MimeKit.IO.MeasuringStream();
        part.Content?.DecodeTo(measure);
        return measure.Length;
    }

    private static long SizeOf(MessagePart part)
    {
        using var measure = new MimeKit.IO.MeasuringStream();
        part.Message?.WriteTo(measure);
        return measure.Length;
    }
}
