using Google.Protobuf;

namespace Holdfast.Engine;

/// <summary>
/// Names one handed-out task: what a worker got in a poll and brings back with its answer. Opaque to workers. It says where the
/// task was, not that it still is: whoever takes it back compares it with the run's state.
/// </summary>
/// <param name="ScheduledEventId">Event that scheduled the task.</param>
/// <param name="StartedEventId">Event that started a workflow task; 0 for activities, whose start is written when they close.</param>
/// <param name="Attempt">The attempt handed out, 1 for the first.</param>
/// <param name="ActivityId">The activity's own id; empty for workflow tasks.</param>
/// <param name="StartTicks">
/// When the workflow task was started, in ticks. The start of a workflow task may be lost in a crash; the task is then handed out again, perhaps
/// with the same event ids and a different history, and this tells the two apart.
/// </param>
public sealed record TaskToken(
    string NamespaceId,
    string WorkflowId,
    string RunId,
    long ScheduledEventId,
    long StartedEventId,
    int Attempt,
    string ActivityId = "",
    long StartTicks = 0)
{
    // First byte of every token, so that foreign bytes are told apart at once and the form may change later.
    private const byte Form = 1;

    /// <summary>The run that the task belongs to.</summary>
    public WorkflowTarget Target => new(NamespaceId, WorkflowId, RunId);

    public static byte[] Encode(TaskToken token)
    {
        var size = 1
            + CodedOutputStream.ComputeStringSize(token.NamespaceId)
            + CodedOutputStream.ComputeStringSize(token.WorkflowId)
            + CodedOutputStream.ComputeStringSize(token.RunId)
            + CodedOutputStream.ComputeInt64Size(token.ScheduledEventId)
            + CodedOutputStream.ComputeInt64Size(token.StartedEventId)
            + CodedOutputStream.ComputeInt32Size(token.Attempt)
            + CodedOutputStream.ComputeStringSize(token.ActivityId)
            + CodedOutputStream.ComputeInt64Size(token.StartTicks);
        var bytes = new byte[size];
        var output = new CodedOutputStream(bytes);
        output.WriteRawTag(Form);
        output.WriteString(token.NamespaceId);
        output.WriteString(token.WorkflowId);
        output.WriteString(token.RunId);
        output.WriteInt64(token.ScheduledEventId);
        output.WriteInt64(token.StartedEventId);
        output.WriteInt32(token.Attempt);
        output.WriteString(token.ActivityId);
        output.WriteInt64(token.StartTicks);
        output.CheckNoSpaceLeft();
        return bytes;
    }

    /// <summary>The token of these bytes, or null when they are none of ours.</summary>
    public static TaskToken? Parse(ByteString bytes)
    {
        if (bytes.Length == 0 || bytes[0] != Form)
            return null;

        try
        {
            using var input = new CodedInputStream(bytes.ToByteArray(), 1, bytes.Length - 1);
            var token = new TaskToken(
                input.ReadString(),
                input.ReadString(),
                input.ReadString(),
                input.ReadInt64(),
                input.ReadInt64(),
                input.ReadInt32(),
                input.ReadString(),
                input.ReadInt64());
            return input.IsAtEnd ? token : null;
        }
        catch (IOException)
        {
            // Foreign or cut bytes (InvalidProtocolBufferException): a caller's mistake, not ours.
            return null;
        }
    }
}
