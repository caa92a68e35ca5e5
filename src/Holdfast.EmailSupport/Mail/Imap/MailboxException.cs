namespace Holdfast.EmailSupport.Mail.Imap;

/// <summary>The mailbox cannot be read now. The message is a sentence for the person who runs this.</summary>
/// <param name="parked">Trying again soon would do harm: a person must mend something first.</param>
internal sealed class MailboxException(string message, bool parked, Exception? inner = null) : Exception(message, inner)
{
    public bool Parked { get; } = parked;
}
