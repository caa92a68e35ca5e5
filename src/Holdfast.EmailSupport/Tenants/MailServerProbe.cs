using System.Net;
using System.Net.Sockets;
using Holdfast.AI.Network;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Imap;
using Holdfast.EmailSupport.Mail.Outbox;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace Holdfast.EmailSupport.Tenants;

/// <summary>
/// Tries mail servers that somebody names on a page. It must not become a way to look around in the network of this machine: the address is looked at and the
/// connection goes to that very address, ports are those of mail, time is short, and nothing of what the other side says is shown.
/// </summary>
/// <param name="allowPrivate">Whether servers may be in private networks and at any port: see <see cref="Hosting.SupportSettings.PagesSection"/>.</param>
internal sealed class MailServerProbe(bool allowPrivate, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);
    private static readonly int[] MailPorts = [25, 143, 465, 587, 993, 2525];

    /// <summary>Why a page may not name this server; null: it may.</summary>
    public async Task<string?> RefusalAsync(string host, int port, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(Limit, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            await AddressesAsync(host, port, limit.Token);
            return null;
        }
        catch (MailboxException exception)
        {
            return exception.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"The name {host} was not found in time.";
        }
    }

    /// <summary>Logs in to a mailbox and opens its folder.</summary>
    /// <returns>What is wrong; null: it works.</returns>
    public Task<string?> TryAsync(ImapSettings settings, CancellationToken cancellationToken) => TryAsync(settings.Host, settings.Port, settings.Security, async stop =>
    {
        var password = await settings.Password.ReadAsync(stop);
        using var client = new ImapClient();
        await ConnectAsync(client, settings.Host, settings.Port, settings.Security, stop);
        await client.AuthenticateAsync(settings.User, password, stop);
        var folder = await client.GetFolderAsync(settings.Folder, stop);
        await folder.OpenAsync(FolderAccess.ReadOnly, stop);
        await client.DisconnectAsync(quit: true, stop);
    }, cancellationToken);

    /// <summary>Logs in to a server that mail is sent through, and sends nothing.</summary>
    /// <inheritdoc cref="TryAsync(ImapSettings, CancellationToken)" path="/returns"/>
    public Task<string?> TryAsync(SmtpSettings settings, CancellationToken cancellationToken) => TryAsync(settings.Host, settings.Port, settings.Security, async stop =>
    {
        var password = settings is { User: not null, Password: { } kept } ? await kept.ReadAsync(stop) : "";
        using var client = new SmtpClient();
        await ConnectAsync(client, settings.Host, settings.Port, settings.Security, stop);
        if (settings.User is { } user)
            await client.AuthenticateAsync(user, password, stop);
        await client.DisconnectAsync(quit: true, stop);
    }, cancellationToken);

    private async Task<string?> TryAsync(string host, int port, MailSecurity security, Func<CancellationToken, Task> attempt, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(Limit, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            await attempt(limit.Token);
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return exception switch
            {
                MailboxException or MailPasswordException => exception.Message,
                AuthenticationException => "The server was reached, and refused this user and password.",
                SslHandshakeException => $"The server was reached, and no trusted TLS connection came about: its certificate is not valid for {host} or not trusted on this machine, or port {port} does not begin with {security}.",
                NotSupportedException => $"The server was reached, and does not offer {security} or a way to log in that is safe.",
                FolderNotFoundException => "The login works, and the mailbox has no such folder.",
                SocketException { SocketErrorCode: SocketError.ConnectionRefused } => $"Nothing answers at {host}:{port}.",
                OperationCanceledException or TimeoutException => $"{host}:{port} did not answer within {Limit.TotalSeconds:0} seconds.",
                SocketException or IOException => $"{host}:{port} cannot be reached, or broke the connection off.",
                ProtocolException or CommandException or ServiceNotConnectedException => $"What answers at {host}:{port} does not speak as a mail server does under {security}.",
                _ => throw new InvalidOperationException("The mail server could not be tried.", exception),
            };
        }
    }

    private async Task ConnectAsync(MailService client, string host, int port, MailSecurity security, CancellationToken cancellationToken)
    {
        var addresses = await AddressesAsync(host, port, cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(addresses, port, cancellationToken);
            await client.ConnectAsync(socket, host, port, MailSecurityOptions.Of(security), cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<IPAddress[]> AddressesAsync(string host, int port, CancellationToken cancellationToken)
    {
        const string Setting = "Pages:PrivateMailServers in the settings file permits it.";
        if (!allowPrivate && !MailPorts.Contains(port))
            throw new MailboxException($"Port {port} is none of mail ({string.Join(", ", MailPorts)}). {Setting}", parked: true);

        IPAddress[] addresses;
        try
        {
            addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            throw new MailboxException($"There is no server of the name {host}.", parked: true, exception);
        }

        // All of them: a name that leads both ways is no mistake.
        if (addresses.Length == 0 || (!allowPrivate && addresses.Any(address => !EndpointGuard.IsPublic(address))))
            throw new MailboxException($"{host} is in a private network or on this machine. {Setting}", parked: true);
        return addresses;
    }
}
