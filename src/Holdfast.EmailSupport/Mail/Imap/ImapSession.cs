using MailKit;
using MailKit.Net.Imap;
using MailKit.Security;

namespace Holdfast.EmailSupport.Mail.Imap;

/// <summary>Opens connections to a mailbox.</summary>
internal static class ImapSession
{
    /// <summary>Connects and logs in.</summary>
    /// <exception cref="MailboxException">It did not work; the message says what to do about it.</exception>
    public static async Task<ImapClient> OpenAsync(ImapSettings settings, CancellationToken cancellationToken)
    {
        var client = new ImapClient { Timeout = (int)settings.Timeout.TotalMilliseconds };
        try
        {
            var password = await settings.Password.ReadAsync(cancellationToken);
            await client.ConnectAsync(settings.Host, settings.Port, MailSecurityOptions.Of(settings.Security), cancellationToken);
            await client.AuthenticateAsync(settings.User, password, cancellationToken);
            return client;
        }
        catch (Exception exception)
        {
            client.Dispose();
            if (exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
                throw;
            throw Explained(settings, exception);
        }
    }

    /// <summary>The folder of this name, made if it is not there.</summary>
    public static async Task<IMailFolder> FolderAsync(ImapClient client, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetFolderAsync(name, cancellationToken);
        }
        catch (FolderNotFoundException)
        {
            var root = client.GetFolder(client.PersonalNamespaces[0]);
            return await root.CreateAsync(name, isMessageFolder: true, cancellationToken)
                ?? throw new MailboxException($"The mail server does not make the folder {name}.", parked: false);
        }
    }

    /// <summary>Where sent mail is, or null when the mailbox has no such folder.</summary>
    public static async Task<IMailFolder?> SentAsync(ImapClient client, ImapSettings settings, CancellationToken cancellationToken)
    {
        if (settings.SentFolder is { } name)
            return await FolderAsync(client, name, cancellationToken);

        return (client.Capabilities & (ImapCapabilities.SpecialUse | ImapCapabilities.XList)) != 0 ? client.GetFolder(SpecialFolder.Sent) : null;
    }

    private static MailboxException Explained(ImapSettings settings, Exception exception) => exception switch
    {
        MailPasswordException => new(exception.Message, parked: true, exception),
        AuthenticationException => new(
            $"The mail server refused the login of {settings.User}. Mend Imap:User or Imap:Password. Not tried again for a while, because servers lock accounts.",
            parked: true, exception),
        SslHandshakeException => new(
            $"No trusted TLS connection to {settings.Host}:{settings.Port}: the server's certificate is not valid for that name or not trusted on this machine, or the port does not speak {settings.Security}.",
            parked: false, exception),
        NotSupportedException => new($"{settings.Host}:{settings.Port} does not offer {settings.Security}: {exception.Message}", parked: false, exception),
        _ => new($"{settings.Host}:{settings.Port} cannot be used: {exception.Message}", parked: false, exception),
    };
}
