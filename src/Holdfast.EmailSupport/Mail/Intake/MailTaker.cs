using Holdfast.EmailSupport.Mail.Reading;

namespace Holdfast.EmailSupport.Mail.Intake;

/// <summary>Takes one raw mail, wherever it came from.</summary>
internal sealed class MailTaker(MailReader reader, StartEmail start)
{
    /// <exception cref="UnreadableMailException">It is no e-mail that anyone could answer; the message says why.</exception>
    public EmailMessage Read(byte[] raw) => reader.Read(raw);

    /// <inheritdoc cref="StartEmail"/>
    public Task<bool> StartAsync(EmailMessage email, CancellationToken cancellationToken) => start(email, cancellationToken);
}
