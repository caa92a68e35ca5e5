using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.EmailSupport.Tests.Mail.Outbox;

/// <summary>A small SMTP server on a free port. It can refuse a recipient, and take a mail and hang up before it says so.</summary>
internal sealed class ScriptedSmtp : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly string answerToRecipient;
    private int dropsLeft;
    private Task serving = Task.CompletedTask;

    private ScriptedSmtp(string answerToRecipient, int dropsAfterData)
    {
        this.answerToRecipient = answerToRecipient;
        dropsLeft = dropsAfterData;
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public ConcurrentQueue<string> Mails { get; } = [];

    public static ScriptedSmtp Start(string answerToRecipient = "250 ok", int dropsAfterData = 0)
    {
        var server = new ScriptedSmtp(answerToRecipient, dropsAfterData);
        server.listener.Start();
        server.serving = server.ServeAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var connection = await listener.AcceptTcpClientAsync();
                await TalkAsync(connection);
            }
            catch (IOException)
            {
                // The client went away: wait for the next.
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task TalkAsync(TcpClient connection)
    {
        await using var stream = connection.GetStream();
        using var reader = new StreamReader(stream, Encoding.Latin1);
        await SayAsync(stream, "220 scripted");
        while (await reader.ReadLineAsync() is { } line)
        {
            switch (line.Split(' ')[0].ToUpperInvariant())
            {
                case "RCPT":
                    await SayAsync(stream, answerToRecipient);
                    break;
                case "DATA":
                    await SayAsync(stream, "354 go on");
                    var mail = new StringBuilder();
                    while (await reader.ReadLineAsync() is { } text && text != ".")
                        mail.Append(text).Append('\n');
                    Mails.Enqueue(mail.ToString());
                    if (dropsLeft-- > 0)
                    {
                        // A reset, as when the network breaks.
                        connection.LingerState = new(enable: true, seconds: 0);
                        return;
                    }

                    await SayAsync(stream, "250 taken");
                    break;
                case "QUIT":
                    await SayAsync(stream, "221 bye");
                    return;
                default:
                    await SayAsync(stream, "250 ok");
                    break;
            }
        }
    }

    private static Task SayAsync(Stream stream, string line) => stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n")).AsTask();
}
