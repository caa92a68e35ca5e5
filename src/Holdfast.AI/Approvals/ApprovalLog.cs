using Microsoft.Extensions.Logging;

namespace Holdfast.AI.Approvals;

internal static partial class ApprovalLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The reminder for approval {ApprovalId} was not delivered")]
    public static partial void ReminderFailed(this ILogger logger, Exception failure, string approvalId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A decision by signal was not taken: {Reason}")]
    public static partial void SignalRefused(this ILogger logger, string reason);
}
