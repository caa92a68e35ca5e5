using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Common.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.Signals;

/// <summary>Sends a signal to a run. A request id that the run has taken before is a repetition: fine, and nothing more, even once it has closed.</summary>
public sealed record SignalWorkflow(WorkflowTarget Target, SignalWorkflowExecutionRequest Request) : IWorkflowRequest<SignalWorkflowExecutionResponse>
{
    public Decision<SignalWorkflowExecutionResponse> Decide(MutableState? run, DecisionContext context)
    {
        if (run is null)
            return Refusal.WorkflowNotFound(Target);

        var turn = new Turn(run, context);
        if (Request.RequestId.Length > 0 && run.SeenRequestIds.Contains(Request.RequestId))
            return turn.Reply(new SignalWorkflowExecutionResponse());
        if (run.IsClosed)
            return Refusal.WorkflowCompleted;
        if (Check(run, Request.Input, context.Limits) is { } refusal)
            return refusal;
        if (HistoryLimits.Enforce(turn) is { } tooLong)
            return turn.Answer<SignalWorkflowExecutionResponse>(tooLong);

        Record(turn, HistoryEvents.WorkflowExecutionSignaled(Request.SignalName, Request.Input, Request.Identity, Request.Header, Request.RequestId, Request.Links));
        return turn.Reply(new SignalWorkflowExecutionResponse());
    }

    internal static Refusal? Check(MutableState run, Payloads? input, EngineLimits limits)
    {
        if (run.SignalCount >= limits.SignalsPerRun)
            return Refusal.InvalidArgument($"exceeded workflow execution limit for signal events: {limits.SignalsPerRun} signals per run.");
        return Sizes.Check(input, limits, "Input");
    }

    /// <summary>A run that still waits for its first workflow task (cron, start delay) hears of the signal then, and not earlier.</summary>
    internal static void Record(Turn turn, HistoryEvent signaled)
    {
        turn.AppendOrBuffer(signaled);
        ScheduleWorkflowTask.IfNone(turn);
    }

    internal static MutableState Apply(MutableState state, HistoryEvent signaled)
    {
        var requestId = signaled.WorkflowExecutionSignaledEventAttributes.RequestId;
        return state with
        {
            SignalCount = state.SignalCount + 1,
            SeenRequestIds = requestId.Length > 0 ? state.SeenRequestIds.Add(requestId) : state.SeenRequestIds,
        };
    }
}
