using Google.Protobuf;

namespace Holdfast.Server.Frontend;

/// <summary>
/// Where the next page of a history begins. It is pinned to the run: pages of one history never change over to a newer run of the same id.
/// </summary>
/// <param name="NextEventId">First event of the next page; in a history that is read backwards, its last one.</param>
/// <param name="LastEventId">Last event that the pages hold together; 0 when the history is followed as it grows.</param>
/// <param name="LastEvents">Encoded events that come behind the last page and are not part of the history.</param>
internal sealed record HistoryToken(string RunId, long NextEventId, long LastEventId, IReadOnlyList<ByteString> LastEvents)
{
    private const byte Form = 1;

    public ByteString ToBytes()
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            output.WriteRawTag(Form);
            output.WriteString(RunId);
            output.WriteInt64(NextEventId);
            output.WriteInt64(LastEventId);
            output.WriteInt32(LastEvents.Count);
            foreach (var last in LastEvents)
                output.WriteBytes(last);
        }

        return ByteString.CopyFrom(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>The token that a request brings back; null when it brings none.</summary>
    public static HistoryToken? Parse(ByteString bytes)
    {
        if (bytes.IsEmpty)
            return null;

        try
        {
            if (bytes[0] != Form)
                throw Invalid();
            using var input = new CodedInputStream(bytes.ToByteArray(), 1, bytes.Length - 1);
            var runId = input.ReadString();
            var next = input.ReadInt64();
            var last = input.ReadInt64();
            var lastEvents = new List<ByteString>();
            for (var left = input.ReadInt32(); left > 0; left--)
                lastEvents.Add(input.ReadBytes());
            return input.IsAtEnd && next > 0 ? new HistoryToken(runId, next, last, lastEvents) : throw Invalid();
        }
        catch (InvalidProtocolBufferException)
        {
            throw Invalid();
        }

        static Exception Invalid() => Refused.InvalidArgument("Invalid NextPageToken.");
    }
}
