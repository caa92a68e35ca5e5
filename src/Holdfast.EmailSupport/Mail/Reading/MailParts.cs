using System.Diagnostics;
using Holdfast.AI.Text;
using MimeKit;

namespace Holdfast.EmailSupport.Mail.Reading;

/// <summary>Lists the attachments of a mail, and keeps them where a folder for them is given.</summary>
internal static class MailParts
{
    private const int MaxNameLength = 120;

    /// <summary>
    /// Every part that is not the letter itself: files, inline pictures, and whole mails, whose own parts are not looked into. Those after
    /// the first <paramref name="max"/> are counted and neither read nor kept.
    /// </summary>
    public static (IReadOnlyList<MailAttachment> Attachments, int Count) AttachmentsOf(MimeMessage message, int max, AttachmentFolder? folder)
    {
        var parts = Parts(message.Body).ToList();
        return ([.. parts.Take(max).Select(part => Attachment(part, folder))], parts.Count);
    }

    private static IEnumerable<MimeEntity> Parts(MimeEntity? entity) => entity switch
    {
        Multipart parts => parts.SelectMany(Parts),
        TextPart { IsAttachment: false, FileName: null } => [],
        MessagePart or MimePart => [entity],
        _ => [],
    };

    private static MailAttachment Attachment(MimeEntity entity, AttachmentFolder? folder) => entity switch
    {
        MessagePart mail =>
            Attachment(Name(mail, mail.Message?.Subject ?? "message", ".eml"), "message/rfc822", content => mail.Message?.WriteTo(content), folder),
        MimePart part => Attachment(Name(part, part.FileName ?? "attachment", ""), MediaType(part), content => part.Content?.DecodeTo(content), folder),
        _ => throw new UnreachableException(),
    };

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
