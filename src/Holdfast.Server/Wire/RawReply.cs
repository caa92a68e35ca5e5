using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Holdfast.Runtime;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server;

/// <summary>
/// A reply that carries history: messages without their history, into which the events go as they are stored, encoded already.
/// Splicing is about a hundred times cheaper than parsing the events and encoding them again, and it keeps fields of newer
/// protocols that this server does not know.
/// </summary>
internal sealed class RawReply
{
    private const uint EventsTag = (History.EventsFieldNumber << 3) | (uint)WireFormat.WireType.LengthDelimited;

    private readonly IMessage head;
    private readonly int taskField;
    private readonly PollWorkflowTaskQueueResponse? task;
    private readonly int historyField;
    private readonly HistorySlice events;
    private readonly IReadOnlyList<ByteString> lastEvents;

    private RawReply(IMessage head, int taskField, PollWorkflowTaskQueueResponse? task, int historyField, HistorySlice events, IReadOnlyList<ByteString> lastEvents)
    {
        this.head = head;
        this.taskField = taskField;
        this.task = task;
        this.historyField = historyField;
        this.events = events;
        this.lastEvents = lastEvents;
    }

    /// <summary>Writes replies only: the server never reads one.</summary>
    public static Marshaller<RawReply> Marshaller { get; } = new(
        static (reply, context) => reply.WriteTo(context),
        static _ => throw new NotSupportedException("A server does not read replies."));

    /// <summary>A reply without history.</summary>
    public static RawReply Of(IMessage message) => new(message, 0, null, 0, default, []);

    /// <summary>A page of history: <paramref name="events"/> go into field <paramref name="historyField"/>, which the message leaves empty.</summary>
    public static RawReply WithHistory(IMessage message, int historyField, HistorySlice events, IReadOnlyList<ByteString>? lastEvents = null) =>
        new(message, 0, null, historyField, events, lastEvents ?? []);

    /// <summary>
    /// A workflow task that was polled. <paramref name="lastEvents"/> are events that the history does not hold (yet): the synthetic
    /// two of a transient task.
    /// </summary>
    public static RawReply OfTask(PollWorkflowTaskQueueResponse task, HistorySlice events, IReadOnlyList<ByteString> lastEvents) =>
        new(task, 0, null, PollWorkflowTaskQueueResponse.HistoryFieldNumber, events, lastEvents);

    /// <summary>A reply that brings a workflow task along, in its field <paramref name="taskField"/>, which the message leaves empty.</summary>
    public static RawReply WithTask(
        IMessage message, int taskField, PollWorkflowTaskQueueResponse task, HistorySlice events, IReadOnlyList<ByteString> lastEvents) =>
        new(message, taskField, task, PollWorkflowTaskQueueResponse.HistoryFieldNumber, events, lastEvents);

    internal byte[] ToByteArray()
    {
        var buffer = new ArrayBufferWriter<byte>();
        WriteTo(buffer, HistorySize());
        return buffer.WrittenSpan.ToArray();
    }

    private void WriteTo(SerializationContext context)
    {
        var historySize = HistorySize();
        context.SetPayloadLength(TotalSize(historySize));
        WriteTo(context.GetBufferWriter(), historySize);
        context.Complete();
    }

    private void WriteTo(IBufferWriter<byte> output, int historySize)
    {
        head.WriteTo(output);
        if (task is not null)
        {
            WritePrefix(output, taskField, TaskSize(historySize));
            task.WriteTo(output);
        }

        // An empty history is written as well: workers of some languages take an absent one for a broken reply.
        if (historyField == 0)
            return;

        WritePrefix(output, historyField, historySize);
        for (var position = 0; position < events.Count; position++)
            WriteEvent(output, events[position]);
        foreach (var last in lastEvents)
            WriteEvent(output, last);
    }

    private int TotalSize(int historySize)
    {
        var headSize = head.CalculateSize();
        if (task is not null)
            return headSize + PrefixSize(taskField, TaskSize(historySize)) + TaskSize(historySize);
        return headSize + (historyField == 0 ? 0 : PrefixSize(historyField, historySize) + historySize);
    }

    private int TaskSize(int historySize) => task!.CalculateSize() + PrefixSize(historyField, historySize) + historySize;

    private int HistorySize()
    {
        var size = 0;
        for (var position = 0; position < events.Count; position++)
            size += EventSize(events[position]);
        foreach (var last in lastEvents)
            size += EventSize(last);
        return size;
    }

    private static int EventSize(ByteString bytes) => 1 + CodedOutputStream.ComputeLengthSize(bytes.Length) + bytes.Length;

    private static int PrefixSize(int field, int length) => CodedOutputStream.ComputeTagSize(field) + CodedOutputStream.ComputeLengthSize(length);

    private static void WriteEvent(IBufferWriter<byte> output, ByteString bytes)
    {
        var span = output.GetSpan(6);
        span[0] = (byte)EventsTag;
        output.Advance(1 + WriteVarint(span[1..], (uint)bytes.Length));
        output.Write(bytes.Span);
    }

    private static void WritePrefix(IBufferWriter<byte> output, int field, int length)
    {
        var span = output.GetSpan(10);
        var written = WriteVarint(span, ((uint)field << 3) | (uint)WireFormat.WireType.LengthDelimited);
        written += WriteVarint(span[written..], (uint)length);
        output.Advance(written);
    }

    private static int WriteVarint(Span<byte> output, uint value)
    {
        var written = 0;
        for (; value >= 0x80; value >>= 7)
            output[written++] = (byte)(value | 0x80);
        output[written++] = (byte)value;
        return written;
    }
}
