using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.EndToEnd.Tests.Overload;

/// <summary>
/// Speaks as much HTTP/2 as it takes to poll, grants the server no room to answer in, and never reads a byte: what a hung process or a half-open connection
/// looks like from the server.
/// </summary>
internal sealed class DeafPoller : IDisposable
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Settings = 4;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;

    private readonly TcpClient connection = new();
    private int streams = 1;

    public static async Task<DeafPoller> ConnectAsync(string target)
    {
        var poller = new DeafPoller();
        await poller.connection.ConnectAsync("127.0.0.1", int.Parse(target.Split(':')[1], null));
        await poller.connection.GetStream().WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());

        // SETTINGS_INITIAL_WINDOW_SIZE = 0.
        await poller.WriteFrameAsync(Settings, 0, 0, [0, 4, 0, 0, 0, 0]);
        return poller;
    }

    /// <summary>Polls for a workflow task.</summary>
    public async Task PollAsync(PollWorkflowTaskQueueRequest poll)
    {
        byte[] headers =
        [
            .. Header(":method", "POST"), .. Header(":scheme", "http"),
            .. Header(":path", "/temporal.api.workflowservice.v1.WorkflowService/PollWorkflowTaskQueue"), .. Header(":authority", "127.0.0.1"),
            .. Header("content-type", "application/grpc"), .. Header("te", "trailers"), .. Header("grpc-timeout", "60S"),
        ];
        await WriteFrameAsync(Headers, EndHeaders, streams, headers);
        var body = poll.ToByteArray();
        var message = new byte[body.Length + 5];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), body.Length);
        body.CopyTo(message, 5);
        await WriteFrameAsync(Data, EndStream, streams, message);
        streams += 2;
    }

    public void Dispose() => connection.Dispose();

    // A literal header without indexing and without Huffman code; no text here is longer than the seven bits of its length field say.
    private static byte[] Header(string name, string value) =>
        [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    private async Task WriteFrameAsync(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        await connection.GetStream().WriteAsync(frame);
    }
}
