using Temporalio.Exceptions;

namespace Holdfast.EmailSupport.Mail.Outbox;

/// <summary>"Sends" by writing an <c>.eml</c> file into the outbox folder: the default, so that nothing leaves the machine unasked.</summary>
internal sealed class FolderTransport(OutboxFolder outbox) : IMailTransport
{
    public Task<SentMail> SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        try
        {
            var added = outbox.Add(mail);
            return Task.FromResult(new SentMail(mail.MessageId, OutboxFolder.FileName(mail.MessageId), AlreadySent: !added));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ApplicationFailureException($"The outbox folder cannot be written: {exception.Message}", exception, errorType: "OutboxUnwritable");
        }
    }
}
