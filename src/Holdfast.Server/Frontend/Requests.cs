using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine;
using Temporalio.Api.Common.V1;
using Temporalio.Api.TaskQueue.V1;

namespace Holdfast.Server.Frontend;

/// <summary>
/// What must hold of a request before anybody decides it. Texts are those of Temporal's server: each names the field.
/// </summary>
internal static class Requests
{
    /// <summary>Longest id or name, in bytes of UTF-8.</summary>
    public const int LongestId = 1000;

    // Far beyond any real wait, and far from where adding it to a date, or multiplying it by a retry policy's factor, overflows.
    private const long LongestSeconds = 100L * 365 * 24 * 3600;

    private const string ReservedQueuePrefix = "/_sys/";

    /// <summary>An id or a name that must be there.</summary>
    public static void Required(string value, string field)
    {
        if (value.Length == 0)
            throw Refused.InvalidArgument($"{field} is not set on request.");
        Bounded(value, field);
    }

    /// <summary>An id or a name that may be absent.</summary>
    public static void Bounded(string value, string field)
    {
        // Up to a third of the limit no text can exceed it, so the usual id is not measured.
        if (value.Length > LongestId / 3 && Encoding.UTF8.GetByteCount(value) > LongestId)
            throw Refused.InvalidArgument($"{field} length exceeds limit.");
    }

    public static void RunId(string value)
    {
        if (value.Length > 0 && !Guid.TryParse(value, out _))
            throw Refused.InvalidArgument("Invalid RunId.");
    }

    public static void Execution(WorkflowExecution? execution)
    {
        if (execution is null)
            throw Refused.InvalidArgument("Execution is not set on request.");
        Required(execution.WorkflowId, "WorkflowId");
        RunId(execution.RunId);
    }

    public static void Queue(TaskQueue? queue)
    {
        if (queue is null)
            throw Refused.InvalidArgument("TaskQueue is not set on request.");
        Required(queue.Name, "TaskQueue");
        if (queue.Name.StartsWith(ReservedQueuePrefix, StringComparison.Ordinal))
            throw Refused.InvalidArgument($"Task queue name cannot start with reserved prefix {ReservedQueuePrefix}.");
    }

    public static void Timeout(Duration? timeout, string field)
    {
        if (timeout is not null && (timeout.Seconds is < 0 or > LongestSeconds || timeout.Nanos is < 0 or > 999_999_999))
            throw Refused.InvalidArgument($"Invalid {field}: a duration must be between zero and a hundred years.");
    }

    public static TaskToken Token(ByteString token)
    {
        if (token.IsEmpty)
            throw Refused.InvalidArgument("Task token not set on request.");
        return TaskToken.Parse(token) ?? throw Refused.InvalidArgument("Invalid TaskToken.");
    }
}
