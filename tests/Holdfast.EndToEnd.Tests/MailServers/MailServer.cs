using System.Diagnostics;
using System.Globalization;
using Holdfast.EndToEnd.Tests.Programs;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Smtp;
using MailKit.Search;
using MailKit.Security;
using MimeKit;

namespace Holdfast.EndToEnd.Tests.MailServers;

/// <summary>
/// A mail server of the test's own: Dovecot (IMAP) and Exim (SMTP) from the distribution, on loopback ports, with all their data in a
/// temporary folder. They can be stopped and started again: ports, certificate and mail stay.
/// </summary>
/// <remarks>
/// Recipients with a meaning: <c>tempfail@</c> is refused for now, <c>reject@</c> for good, and everything for another domain than
/// example.test is taken and then comes back as a bounce.
/// </remarks>
internal sealed class MailServer : IAsyncDisposable
{
    public const string Support = "support@example.test";
    public const string Customer = "customer@example.test";
    public const string Password = "s3cret";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-mail-servers-").FullName;
    private readonly int lmtpPort = FreePort.Find();
    private Process? dovecot;
    private Process? exim;
    private int number;

    public int ImapPort { get; } = FreePort.Find();

    public int ImapsPort { get; } = FreePort.Find();

    public int SmtpPort { get; } = FreePort.Find();

    /// <summary>The server's own certificate, which nothing trusts unless told to.</summary>
    public string Certificate => Path.Combine(folder, "cert.pem");

    public string Log => string.Join('\n', Directory.GetFiles(Path.Combine(folder, "log")).Order(StringComparer.Ordinal).Select(file => $"{file}:\n{ReadShared(file)}"));

    // Dovecot refuses to serve logins as root, and Exim to deliver.
    private static bool IsRoot => Environment.UserName == "root";

    public static async Task<MailServer> StartAsync()
    {
        var server = new MailServer();
        await server.PrepareAsync();
        await server.StartAgainAsync();
        return server;
    }

    public async Task StartAgainAsync()
    {
        dovecot = Start("/usr/sbin/dovecot", "-F", "-c", Path.Combine(folder, "dovecot.conf"));
        exim = Start("/usr/sbin/exim4", "-C", Path.Combine(folder, "exim.conf"), "-bdf", "-q1s");
        await Eventually.SeesAsync("Dovecot and Exim to answer", AnswersAsync, answers => answers, StartLimit);
    }

    public async Task StopAsync()
    {
        foreach (var process in new[] { dovecot, exim }.OfType<Process>())
        {
            if (!process.HasExited)
                await ProgramUnderTest.RunAsync(new ProcessStartInfo("kill", ["-TERM", Text(process.Id)]), StartLimit);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        dovecot = exim = null;
    }

    /// <summary>Sends a mail as the customer does: through SMTP, without a login.</summary>
    public async Task SendAsync(MimeMessage mail)
    {
        using var client = new SmtpClient();
        await client.ConnectAsync("127.0.0.1", SmtpPort, SecureSocketOptions.None);
        await client.SendAsync(mail);
        await client.DisconnectAsync(quit: true);
    }

    /// <summary>Puts raw bytes into the support mailbox, also what no server would take.</summary>
    public async Task AppendAsync(byte[] raw, DateTimeOffset? arrived = null)
    {
        (await LoginAsync(Support)).Dispose();
        // MailKit would mend what is malformed: the file goes where Dovecot looks for new mail, whole, by a rename.
        var inbox = Path.Combine(folder, "mail", Support, "new");
        await Eventually.SeesAsync("the mailbox", () => Task.FromResult(Directory.Exists(inbox)), exists => exists, StartLimit);
        var name = string.Create(CultureInfo.InvariantCulture, $"{(arrived ?? DateTimeOffset.UtcNow).ToUnixTimeSeconds()}.M{Interlocked.Increment(ref number)}.test");
        var partial = Path.Combine(folder, "mail", Support, "tmp", name);
        await File.WriteAllBytesAsync(partial, raw);
        if (arrived is { } time)
            File.SetLastWriteTimeUtc(partial, time.UtcDateTime);
        await OwnAsync(partial);
        File.Move(partial, Path.Combine(inbox, name));
    }

    /// <summary>All mail in a folder of an account.</summary>
    public async Task<IReadOnlyList<MimeMessage>> MailsAsync(string account, string folderName = "INBOX")
    {
        using var client = await LoginAsync(account);
        IMailFolder mails;
        try
        {
            mails = await client.GetFolderAsync(folderName);
        }
        catch (FolderNotFoundException)
        {
            return [];
        }

        await mails.OpenAsync(FolderAccess.ReadOnly);
        List<MimeMessage> all = [];
        foreach (var uid in await mails.SearchAsync(SearchQuery.All))
        {
            try
            {
                all.Add(await mails.GetMessageAsync(uid));
            }
            catch (MessageNotFoundException)
            {
                // Filed elsewhere since the search: it is not in this folder any more.
            }
        }

        return all;
    }

    /// <summary>Gives the support inbox new numbers, as after a restore from a backup: every UID begins anew.</summary>
    public async Task NumberAnewAsync()
    {
        await StopAsync();
        foreach (var file in Directory.GetFiles(Path.Combine(folder, "mail", Support), "dovecot*"))
            File.Delete(file);
        await StartAgainAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<ImapClient> LoginAsync(string account)
    {
        var client = new ImapClient();
        await client.ConnectAsync("127.0.0.1", ImapPort, SecureSocketOptions.None);
        await client.AuthenticateAsync(account, Password);
        return client;
    }

    private async Task<bool> AnswersAsync()
    {
        foreach (var process in new[] { dovecot!, exim! })
            Assert.False(process.HasExited, $"{process.StartInfo.FileName} {process.StartInfo.ArgumentList[^1]} ended. Its log:\n{Log}");
        try
        {
            using var imap = await LoginAsync(Support);
            using var smtp = new SmtpClient();
            await smtp.ConnectAsync("127.0.0.1", SmtpPort, SecureSocketOptions.None);
            return true;
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or IOException or ProtocolException)
        {
            return false;
        }
    }

    private async Task PrepareAsync()
    {
        foreach (var program in new[] { "/usr/sbin/dovecot", "/usr/sbin/exim4" })
            Assert.True(File.Exists(program), $"There is no {program}: install dovecot-imapd, dovecot-lmtpd and exim4-daemon-light.");
        foreach (var name in new[] { "run", "state", "mail", "home", "spool/db", "spool/input", "spool/msglog", "log" })
            Directory.CreateDirectory(Path.Combine(folder, name));
        await ProgramUnderTest.RunAsync(
            new ProcessStartInfo("openssl", [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-keyout", Path.Combine(folder, "key.pem"), "-out", Certificate]),
            StartLimit);
        var (user, group) = IsRoot ? ("nobody", "nogroup") : (Environment.UserName, (await ProgramUnderTest.RunAsync(new ProcessStartInfo("id", ["-gn"]), StartLimit)).Trim());
        await File.WriteAllTextAsync(Path.Combine(folder, "users"), $"{Support}:{{PLAIN}}{Password}\n{Customer}:{{PLAIN}}{Password}\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "dovecot.conf"), MailServerSettings.Dovecot(folder, user, group, ImapPort, ImapsPort, lmtpPort));
        await File.WriteAllTextAsync(Path.Combine(folder, "exim.conf"), MailServerSettings.Exim(folder, user, group, SmtpPort, lmtpPort));
        await OwnAsync(folder);
    }

    private static async Task OwnAsync(string path)
    {
        if (IsRoot)
            await ProgramUnderTest.RunAsync(new ProcessStartInfo("chown", ["-R", "nobody:nogroup", path]), StartLimit);
    }

    private Process Start(string program, params string[] arguments)
    {
        // setpriv becomes the program, so that its process id is the program's own.
        var start = IsRoot
            ? new ProcessStartInfo("setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", program, .. arguments])
            : new ProcessStartInfo(program, arguments);
        start.WorkingDirectory = folder;
        start.Environment["HOME"] = folder;
        return Process.Start(start)!;
    }

    private static string ReadShared(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
