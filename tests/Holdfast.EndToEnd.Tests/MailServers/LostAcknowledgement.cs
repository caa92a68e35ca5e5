using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.EndToEnd.Tests.MailServers;

/// <summary>
/// Stands before a mail server and loses its answer to the end of a mail: the server has the mail, and the client finds the
/// connection reset.
/// </summary>
internal sealed class LostAcknowledgement : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly int server;
    private readonly Task serving;
    private int toLose;
    private int lost;

    /// <param name="server">The mail server's port.</param>
    /// <param name="answers">How many acknowledgements are lost before the first one gets through.</param>
    public LostAcknowledgement(int server, int answers)
    {
        this.server = server;
        toLose = answers;
        listener.Start();
        serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>How many acknowledgements were lost.</summary>
    public int Lost => Volatile.Read(ref lost);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await serving;
        stop.Dispose();
    }

    private async Task ServeAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
                connections.Add(RelayAsync(await listener.AcceptTcpClientAsync(stop.Token)));
        }
        catch (Exception e) when (stop.IsCancellationRequested && e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        {
            using var upstream = new TcpClient();
            try
            {
                await upstream.ConnectAsync(IPAddress.Loopback, server, stop.Token);
                var sending = client.GetStream().CopyToAsync(upstream.GetStream(), stop.Token);
                await AnswersAsync(upstream.GetStream(), client);
                // Both ends go: what the client still sends is of no use to anybody.
                upstream.Close();
                client.Close();
                await sending;
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // One end went away, which ends the conversation.
            }
        }
    }

    private async Task AnswersAsync(NetworkStream from, TcpClient client)
    {
        var buffer = new byte[8192];
        while (await from.ReadAsync(buffer, stop.Token) is var count and > 0)
        {
            // What Exim says to the last byte of a mail that it keeps.
            if (Encoding.ASCII.GetString(buffer, 0, count).Contains("250 OK id=", StringComparison.Ordinal) && Interlocked.Decrement(ref toLose) >= 0)
            {
                Interlocked.Increment(ref lost);
                client.LingerState = new(enable: true, seconds: 0);
                return;
            }

            await client.GetStream().WriteAsync(buffer.AsMemory(0, count), stop.Token);
        }
    }
}
