namespace Holdfast.EmailSupport.Mail.Outbox;

/// <summary>
/// The folder of sent mail, one <c>.eml</c> file each, named by its Message-ID. A file there is the proof that the mail went out.
/// </summary>
/// <remarks>
/// A file appears whole or not at all: it is written beside, flushed to the disk and then renamed. The rename itself is
/// flushed with the file system's next journal commit; the server's own write that records the activity's success forces
/// one, so a power cut cannot keep the success and lose the file on the file systems in common use (ext4, XFS, NTFS).
/// </remarks>
internal sealed class OutboxFolder(string folder)
{
    // Mail that is on its way, and half-written files. Hidden, so that a mail program that watches the folder skips it.
    private readonly string pending = Path.Combine(folder, ".pending");

    public static string FileName(string messageId) =>
        string.Concat(messageId.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '@' ? c : '_')) + ".eml";

    public bool Holds(string messageId) => File.Exists(Path.Combine(folder, FileName(messageId)));

    /// <summary>Puts a mail into the folder. False when it was there already; the first one stays.</summary>
    public bool Add(OutgoingMail mail)
    {
        if (Holds(mail.MessageId))
            return false;

        Directory.CreateDirectory(pending);
        try
        {
            WholeFile.Write(Path.Combine(folder, FileName(mail.MessageId)), mail.Bytes, pending, overwrite: false);
            return true;
        }
        catch (IOException) when (Holds(mail.MessageId))
        {
            return false;
        }
    }

    /// <summary>Notes that a mail is about to be handed over: until the note is gone or the mail is here, nobody knows whether it arrived.</summary>
    public void MarkHandingOver(string messageId, DateTimeOffset now)
    {
        Directory.CreateDirectory(pending);
        using var mark = new FileStream(MarkOf(messageId), FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        File.SetLastWriteTimeUtc(mark.SafeFileHandle, now.UtcDateTime);
        mark.Flush(flushToDisk: true);
    }

    /// <summary>When the mail was last about to be handed over; null when there is no such note.</summary>
    public DateTimeOffset? HandedOverAt(string messageId) =>
        MayHaveBeenHandedOver(messageId) ? new(File.GetLastWriteTimeUtc(MarkOf(messageId)), TimeSpan.Zero) : null;

    public bool MayHaveBeenHandedOver(string messageId) => File.Exists(MarkOf(messageId));

    public void ClearHandingOver(string messageId) => File.Delete(MarkOf(messageId));

    private string MarkOf(string messageId) => Path.Combine(pending, FileName(messageId) + ".maybe-sent");
}
