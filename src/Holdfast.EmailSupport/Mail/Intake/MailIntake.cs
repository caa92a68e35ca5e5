using Holdfast.EmailSupport.Mail.Reading;

namespace Holdfast.EmailSupport.Mail.Intake;

/// <summary>
/// Takes mail from the inbox folder: each file is read, handed over, and only then moved away. So a crash at any moment leaves
/// the file in the inbox or the mail handed over, and handing over again is harmless: the mail's identity is the hash of its
/// bytes.
/// </summary>
/// <remarks>
/// Exactly-once rests on that identity and on the order of the two steps, not on the file's name, nor on memory of this
/// process. A file that is no mail goes to the rejected folder with the reason beside it; a file that cannot be taken now stays
/// where it is and does not hold up the others.
/// </remarks>
internal sealed partial class MailIntake(MailFolders folders, MailReader reader, StartEmail start, TimeProvider time, ILogger<MailIntake> logger)
{
    /// <summary>Larger mail is rejected: it would be read into memory at once.</summary>
    public const long MaxBytes = 25 * 1024 * 1024;

    // One look handles this many files, so that a flood cannot make it endless.
    private const int MaxFilesPerLook = 500;

    private readonly InboxFiles files = new(folders.Inbox, time);
    private readonly RejectedFolder rejected = new(folders.Rejected, time);

    /// <summary>Looks once into the inbox and takes what is ready.</summary>
    /// <returns>How many files left the inbox.</returns>
    /// <exception cref="Exception">Mail cannot be handed over now; what is left stays in the inbox.</exception>
    public async Task<int> LookAsync(CancellationToken cancellationToken)
    {
        var taken = 0;
        foreach (var file in files.Look(MaxFilesPerLook))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (await TakeAsync(file, cancellationToken))
                    taken++;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // This file alone is in trouble (vanished, locked, no right to read or move it): the next look tries again.
                if (files.IsFirstTrouble(file))
                    LogTrouble(logger, file.Name, exception.Message);
            }
        }

        return taken;
    }

    private async Task<bool> TakeAsync(InboxFile file, CancellationToken cancellationToken)
    {
        if (file.Length > MaxBytes)
            return Reject(file, $"The file has {file.Length / 1024 / 1024} MB; at most {MaxBytes / 1024 / 1024} MB are taken.");

        var raw = await File.ReadAllBytesAsync(file.Path, cancellationToken);
        if (raw.Length != file.Length)
            return false;

        // A writer may have paused. Where the mail itself shows that its end is missing, it gets time to come.
        if (!file.IsOld && MimeEnd.IsMissing(raw))
            return false;

        EmailMessage email;
        try
        {
            email = reader.Read(raw);
        }
        catch (UnreadableMailException unreadable)
        {
            return file.IsOld && Reject(file, unreadable.Message);
        }

        try
        {
            if (await start(email, cancellationToken))
                LogTaken(logger, file.Name, email.From.Address);
            else
                LogKnown(logger, file.Name);
        }
        catch (MailRefusedException refused)
        {
            return Reject(file, refused.Message);
        }

        // The same bytes under the same name: replacing an earlier copy changes nothing.
        File.Move(file.Path, Path.Combine(folders.Root, email.File), overwrite: true);
        files.Forget(file);
        return true;
    }

    private bool Reject(InboxFile file, string reason)
    {
        rejected.Take(file, reason);
        files.Forget(file);
        LogRejected(logger, file.Name, reason);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Took {File} from {From}")]
    private static partial void LogTaken(ILogger logger, string file, string from);

    [LoggerMessage(Level = LogLevel.Information, Message = "{File} was taken before: the same mail is not handled twice")]
    private static partial void LogKnown(ILogger logger, string file);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Rejected {File}: {Reason}")]
    private static partial void LogRejected(ILogger logger, string file, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{File} cannot be taken now and stays in the inbox: {Reason}")]
    private static partial void LogTrouble(ILogger logger, string file, string reason);
}
