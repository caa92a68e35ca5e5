using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Temporalio.Exceptions;

namespace Holdfast.EmailSupport.Mail.Outbox;

/// <summary>
/// Hands mail to a mail server and keeps a copy in the outbox folder once the server has it. A copy there means sent.
/// </summary>
/// <remarks>
/// SMTP cannot tell whether a mail got through when the connection breaks after the last byte. So a mark is set on disk just
/// before the handing over and taken away at a definite answer: a mark that an attempt finds means "maybe sent", also after a
/// crash. Then our own mailbox is looked into: each mail goes to ourselves as well, in the same hand-over, so a copy there proves
/// that the server took it. If none comes for a while, or there is no mailbox to look into, <see cref="SmtpSettings.WhenUnsure"/> decides.
/// </remarks>
/// <param name="proof">Where to see that a mail went out; null when there is no such place.</param>
internal sealed class SmtpTransport(SmtpSettings settings, OutboxFolder outbox, ISentProof? proof, TimeProvider time) : IMailTransport
{
    // A wrong password is mended by a person, and many servers lock an account after a few tries.
    private static readonly TimeSpan LoginRetry = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan ProofRetry = TimeSpan.FromSeconds(5);

    public async Task<SentMail> SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        if (outbox.Holds(mail.MessageId))
        {
            outbox.ClearHandingOver(mail.MessageId);
            return Sent(mail, alreadySent: true);
        }

        if (outbox.HandedOverAt(mail.MessageId) is { } handedOver)
        {
            if (await IsProvenAsync(mail, handedOver, cancellationToken))
            {
                outbox.Add(mail);
                outbox.ClearHandingOver(mail.MessageId);
                return Sent(mail, alreadySent: true);
            }

            if (settings.WhenUnsure is WhenUnsure.AskPerson)
                throw new ApplicationFailureException(
                    $"The mail {mail.MessageId} may have been sent: the connection broke while {settings.Host} took it. Look into the customer's thread or the server's log before sending it again.",
                    errorType: "ReplyMaybeSent", nonRetryable: true);
        }

        using var client = new SubmittingClient(mail.To.Address) { Timeout = (int)settings.Timeout.TotalMilliseconds };
        await ConnectAsync(client, cancellationToken);
        await HandOverAsync(client, mail, cancellationToken);
        outbox.Add(mail);
        outbox.ClearHandingOver(mail.MessageId);
        await SayGoodbyeAsync(client);
        return Sent(mail, alreadySent: false) with { Refused = client.Refused.Count > 0 ? client.Refused : null };
    }

    /// <summary>Whether the mail, which may have been handed over, was. False: time for a proof has passed.</summary>
    private async Task<bool> IsProvenAsync(OutgoingMail mail, DateTimeOffset handedOver, CancellationToken cancellationToken)
    {
        if (proof is null)
            return false;

        bool found;
        try
        {
            found = await proof.FoundAsync(mail.MessageId, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ApplicationFailureException(
                $"The mail {mail.MessageId} may have been sent, and the mailbox that would tell cannot be read: {exception.Message}", exception, errorType: "ReplyMaybeSent");
        }

        if (!found && time.GetUtcNow() - handedOver < settings.ProofWait)
        {
            throw new ApplicationFailureException(
                $"The mail {mail.MessageId} may have been sent: the connection broke while {settings.Host} took it. Its copy is not in our mailbox yet.",
                errorType: "ReplyMaybeSent", nextRetryDelay: ProofRetry);
        }

        return found;
    }

    private async Task ConnectAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        try
        {
            var password = settings is { User: not null, Password: { } kept } ? await kept.ReadAsync(cancellationToken) : "";
            await client.ConnectAsync(settings.Host, settings.Port, MailSecurityOptions.Of(settings.Security), cancellationToken);
            if (settings.User is { } user)
                await client.AuthenticateAsync(user, password, cancellationToken);
        }
        catch (MailPasswordException exception)
        {
            throw new ApplicationFailureException(exception.Message, exception, errorType: "MailServerLogin", nextRetryDelay: LoginRetry);
        }
        catch (AuthenticationException exception)
        {
            throw new ApplicationFailureException(
                $"The mail server {settings} refused the login of {settings.User}.", exception, errorType: "MailServerLogin", nextRetryDelay: LoginRetry);
        }
        catch (Exception exception) when (IsTrouble(exception, cancellationToken) || exception is CommandException or SslHandshakeException or NotSupportedException)
        {
            throw new ApplicationFailureException(
                $"The mail server {settings} cannot be used: {exception.Message}", exception, errorType: "MailServerUnavailable");
        }
    }

    private async Task HandOverAsync(SubmittingClient client, OutgoingMail mail, CancellationToken cancellationToken)
    {
        using var message = await MimeMessage.LoadAsync(new MemoryStream(mail.Bytes, writable: false), cancellationToken);
        outbox.MarkHandingOver(mail.MessageId, time.GetUtcNow());
        try
        {
            await client.SendAsync(message, Mailbox(mail.From), Recipients(mail), cancellationToken);
        }
        catch (SmtpCommandException exception)
        {
            // The server's answer is a definite no.
            outbox.ClearHandingOver(mail.MessageId);
            var permanent = (int)exception.StatusCode >= 500;
            throw new ApplicationFailureException(
                $"The mail server answered {(int)exception.StatusCode} to the mail for {mail.To.Address}: {exception.Message}",
                exception, errorType: permanent ? "ReplyRefused" : "ReplyDeferred", nonRetryable: permanent);
        }
        catch (Exception exception) when (IsTrouble(exception, cancellationToken))
        {
            throw new ApplicationFailureException(
                $"The connection to {settings} broke while it took the mail: {exception.Message}", exception, errorType: "ReplyMaybeSent");
        }
    }

    // The customer first: a refusal then ends it before any copy is spoken of.
    private IEnumerable<MailboxAddress> Recipients(OutgoingMail mail) =>
        ((IEnumerable<MailboxAddress>)[Mailbox(mail.To), .. settings.CopyTo.Select(Mailbox), .. settings.ProofCopy ? (MailboxAddress[])[Mailbox(mail.From)] : []])
            .DistinctBy(mailbox => mailbox.Address.ToLowerInvariant());

    private static MailboxAddress Mailbox(MailAddress address) => new("", address.Address);

    private static async Task SayGoodbyeAsync(SmtpClient client)
    {
        try
        {
            await client.DisconnectAsync(quit: true);
        }
        catch (Exception exception) when (IsTrouble(exception, CancellationToken.None) || exception is CommandException)
        {
            // The mail is delivered; how the connection ends changes nothing.
        }
    }

    private static bool IsTrouble(Exception exception, CancellationToken cancellationToken) => exception is IOException or SocketException
        or ProtocolException or ServiceNotConnectedException or TimeoutException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static SentMail Sent(OutgoingMail mail, bool alreadySent) => new(mail.MessageId, OutboxFolder.FileName(mail.MessageId), alreadySent);
}
