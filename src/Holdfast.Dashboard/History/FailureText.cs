using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;

namespace Holdfast.Dashboard.History;

/// <summary>What went wrong, in one line: the failure that a person would call the cause.</summary>
internal static class FailureText
{
    /// <summary>
    /// The first failure of the chain that says something. "Activity task failed" and its like only say where the next one
    /// happened, which the page shows already.
    /// </summary>
    public static string Of(Failure failure)
    {
        var cause = failure;
        while (cause.Cause is not null && cause.FailureInfoCase is
            Failure.FailureInfoOneofCase.ActivityFailureInfo or Failure.FailureInfoOneofCase.ChildWorkflowExecutionFailureInfo
            or Failure.FailureInfoOneofCase.NexusOperationExecutionFailureInfo)
            cause = cause.Cause;

        var type = cause.ApplicationFailureInfo?.Type ?? "";
        var message = cause.Message.Length > 0 ? cause.Message : Kind(cause);
        return type.Length > 0 && !message.StartsWith(type, StringComparison.Ordinal) ? $"{type}: {message}" : message;
    }

    /// <summary>The whole chain with its stack traces, as a log would show it.</summary>
    public static string Full(Failure failure)
    {
        var lines = new List<string>();
        for (var at = failure; at is not null; at = at.Cause)
        {
            var type = at.ApplicationFailureInfo?.Type ?? "";
            lines.Add($"{(lines.Count == 0 ? "" : "Caused by: ")}{(type.Length > 0 ? type + ": " : "")}{(at.Message.Length > 0 ? at.Message : Kind(at))}");
            if (at.ApplicationFailureInfo?.NonRetryable == true)
                lines.Add("  (not to be retried)");
            if (at.StackTrace.Length > 0)
                lines.Add(at.StackTrace.TrimEnd());
        }

        return string.Join('\n', lines);
    }

    private static string Kind(Failure failure) => failure.FailureInfoCase switch
    {
        Failure.FailureInfoOneofCase.TimeoutFailureInfo => failure.TimeoutFailureInfo.TimeoutType switch
        {
            TimeoutType.StartToClose => "Timed out: the attempt took longer than start-to-close",
            TimeoutType.ScheduleToStart => "Timed out: no worker took it within schedule-to-start",
            TimeoutType.ScheduleToClose => "Timed out: longer than schedule-to-close in all",
            TimeoutType.Heartbeat => "Timed out: no heartbeat",
            _ => "Timed out",
        },
        Failure.FailureInfoOneofCase.CanceledFailureInfo => "Canceled",
        Failure.FailureInfoOneofCase.TerminatedFailureInfo => "Terminated",
        _ => "Failed without a message",
    };
}
