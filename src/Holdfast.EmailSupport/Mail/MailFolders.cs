using System.Security.Cryptography;
using System.Text;

namespace Holdfast.EmailSupport.Mail;

/// <summary>The folders of the mail on disk.</summary>
internal sealed class MailFolders(string root)
{
    public const string ProcessedName = "processed";

    public string Root { get; } = root;

    /// <summary>Where people and mail programs drop mail. A <c>new</c> folder in it is read as a Maildir's.</summary>
    public string Inbox => Path.Combine(Root, "inbox");

    /// <summary>Mail that a workflow has taken over, named by its hash.</summary>
    public string Processed => Path.Combine(Root, ProcessedName);

    /// <summary>Files that are no mail, each with the reason beside it.</summary>
    public string Rejected => Path.Combine(Root, "rejected");

    /// <summary>Attachments of the mail that was taken, by the hash of their bytes.</summary>
    public AttachmentFolder Attachments => new(Path.Combine(Root, "attachments"));

    /// <summary>Replies as <c>.eml</c> files.</summary>
    public string Outbox => Path.Combine(Root, "outbox");

    /// <summary>The file that says how far a mailbox has been read.</summary>
    public string CursorOf(string mailbox) =>
        Path.Combine(Root, "imap", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(mailbox)))[..16] + ".json");

    /// <summary>Writes a mail to where <see cref="EmailMessage.File"/> says. It appears whole or not at all.</summary>
    public void KeepProcessed(EmailMessage email, byte[] raw) =>
        // The same bytes under the same name: replacing an earlier copy changes nothing.
        WholeFile.Write(Path.Combine(Root, email.File), raw);

    /// <exception cref="IOException">A folder cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder cannot be made.</exception>
    public void Create()
    {
        foreach (var folder in (string[])[Inbox, Processed, Rejected, Outbox])
            Directory.CreateDirectory(folder);
    }
}
