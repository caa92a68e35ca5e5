using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;

namespace Holdfast.Engine.Workflows;

/// <summary>Failures that the server itself makes.</summary>
internal static class Failures
{
    /// <summary>What is kept of a failed attempt while the next one waits; the same limit as Temporal's server.</summary>
    private const int MaxKeptBytes = 4 * 1024;

    private const int MaxKeptMessageLength = 1024;

    public static Failure Timeout(TimeoutType type, string message, Payloads? lastHeartbeatDetails = null, Failure? cause = null) => new()
    {
        Message = message,
        Source = "Server",
        TimeoutFailureInfo = new() { TimeoutType = type, LastHeartbeatDetails = lastHeartbeatDetails },
        Cause = cause,
    };

    public static Failure Server(string message, bool nonRetryable) => new()
    {
        Message = message,
        Source = "Server",
        ServerFailureInfo = new() { NonRetryable = nonRetryable },
    };

    public static Failure Application(string message, string type, bool nonRetryable) => new()
    {
        Message = message,
        Source = "Server",
        ApplicationFailureInfo = new() { Type = type, NonRetryable = nonRetryable },
    };

    /// <summary>The failure, or when it is large, its beginning.</summary>
    public static Failure Truncated(Failure failure)
    {
        if (failure.CalculateSize() <= MaxKeptBytes)
            return failure;
        var message = failure.Message.Length > MaxKeptMessageLength ? failure.Message[..MaxKeptMessageLength] : failure.Message;
        return Server(message, nonRetryable: !RetryPolicies.IsRetryable(failure, new RetryPolicy()));
    }
}
