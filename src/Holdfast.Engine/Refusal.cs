using Google.Protobuf;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;

namespace Holdfast.Engine;

/// <summary>
/// An expected "no" to a caller: a value, turned into a gRPC status in one place (the frontend).
/// <paramref name="Detail"/> is the protocol's own error detail (package <c>temporal.api.errordetails.v1</c>), which SDKs read.
/// </summary>
public sealed record Refusal(RefusalCode Code, string Message, IMessage? Detail = null)
{
    public static Refusal InvalidArgument(string message) => new(RefusalCode.InvalidArgument, message);

    public static Refusal NotFound(string message) => new(RefusalCode.NotFound, message, new NotFoundFailure());

    public static Refusal FailedPrecondition(string message) => new(RefusalCode.FailedPrecondition, message);

    public static Refusal Unavailable(string message) => new(RefusalCode.Unavailable, message);

    /// <summary>The run is busy (buffers full, or closing): SDK clients try again by themselves.</summary>
    public static Refusal Busy(string message) => Exhausted(ResourceExhaustedCause.BusyWorkflow, message);

    public static Refusal Exhausted(ResourceExhaustedCause cause, string message) => new(
        RefusalCode.ResourceExhausted,
        message,
        new ResourceExhaustedFailure { Cause = cause, Scope = ResourceExhaustedScope.Namespace });

    public static Refusal WorkflowNotFound(WorkflowTarget target) =>
        NotFound($"workflow execution not found for workflow ID \"{target.WorkflowId}\"" +
            (target.RunId.Length == 0 ? "" : $" and run ID \"{target.RunId}\""));

    public static Refusal WorkflowCompleted { get; } = NotFound("workflow execution already completed");
}
