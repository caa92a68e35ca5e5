using Temporalio.Exceptions;

namespace Holdfast.EmailSupport.Mail.Outbox;

/// <summary>Sends mail. Sending the same Message-ID again sends nothing.</summary>
internal interface IMailTransport
{
    /// <exception cref="ApplicationFailureException">It was not sent, or may not have been. It says whether another try makes sense.</exception>
    Task<SentMail> SendAsync(OutgoingMail mail, CancellationToken cancellationToken);
}
