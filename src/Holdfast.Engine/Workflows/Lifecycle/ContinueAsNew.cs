using Holdfast.Engine.Visibility;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>
/// The <c>ContinueAsNewWorkflowExecution</c> command. The new run belongs to the same chain (parent, expiry, first run id); memo, search
/// attributes, header, retry policy and cron are exactly what the command says, since SDKs fill them in.
/// </summary>
internal static class ContinueAsNew
{
    public static CommandRejection? Decide(ContinueAsNewWorkflowExecutionCommandAttributes command, Command envelope, Turn turn)
    {
        if (Durations.IsInvalid(command.WorkflowRunTimeout) || Durations.IsInvalid(command.WorkflowTaskTimeout) || Durations.IsInvalid(command.BackoffStartInterval))
            return Invalid("A timeout on ContinueAsNewWorkflowExecutionCommand is negative or malformed.");
        if (RetryPolicies.Problem(command.RetryPolicy) is { } problem)
            return Invalid(problem);
        if (CronSchedule.Problem(command.CronSchedule) is { } cron)
            return Invalid(cron);
        if (Sizes.Problem(command.Input, turn.Context.Limits) is { } tooLarge)
            return new CommandRejection(WorkflowTaskFailedCause.BadContinueAsNewAttributes, $"ContinueAsNewWorkflowExecutionCommandAttributes.Input: {tooLarge}", TerminatesRun: true);
        var searchAttributes = SearchAttributeRules.Check(command.SearchAttributes, turn.Context.Namespace);
        if (searchAttributes.Problem is { } unknown)
            return new CommandRejection(WorkflowTaskFailedCause.BadSearchAttributes, unknown);

        var next = Next(command, turn.State);
        next.SearchAttributes = searchAttributes.Typed;
        var backoff = Successor.AtLeastTheMinimum(turn, Durations.OrZero(command.BackoffStartInterval));
        var run = turn.State.Key with { RunId = turn.Context.NewId() };
        turn.NewRun = NewRun.Create(turn.Context, new NewRunOptions
        {
            Key = run,
            RequestId = turn.Context.NewId(),
            Attributes = next,
            UserMetadata = turn.State.StartedEvent.UserMetadata,
            FirstTaskBackoff = backoff,
        });
        turn.Append(HistoryEvents.WorkflowExecutionContinuedAsNew(envelope, command, next, run.RunId, backoff, turn.CompletedEventId));
        return null;

        static CommandRejection Invalid(string problem) => new(WorkflowTaskFailedCause.BadContinueAsNewAttributes, problem);
    }

    private static WorkflowExecutionStartedEventAttributes Next(ContinueAsNewWorkflowExecutionCommandAttributes command, MutableState run)
    {
        var next = run.Started.Clone();
        if (command.WorkflowType is { Name.Length: > 0 })
            next.WorkflowType = command.WorkflowType;
        if (command.TaskQueue is { Name.Length: > 0 })
            next.TaskQueue = command.TaskQueue;
        if (Durations.OrZero(command.WorkflowRunTimeout) > TimeSpan.Zero)
            next.WorkflowRunTimeout = command.WorkflowRunTimeout;
        if (Durations.OrZero(command.WorkflowTaskTimeout) > TimeSpan.Zero)
            next.WorkflowTaskTimeout = command.WorkflowTaskTimeout;
        next.Input = command.Input;
        next.Header = command.Header;
        next.Memo = command.Memo;
        next.RetryPolicy = command.RetryPolicy is null ? null : RetryPolicies.Filled(command.RetryPolicy);
        next.CronSchedule = command.CronSchedule;
        next.Initiator = command.Initiator == ContinueAsNewInitiator.Unspecified ? ContinueAsNewInitiator.Workflow : command.Initiator;
        next.ContinuedFailure = command.Failure;
        next.LastCompletionResult = command.LastCompletionResult;
        next.ContinuedExecutionRunId = run.Key.RunId;
        next.OriginalExecutionRunId = "";
        next.Attempt = 1;
        return next;
    }
}
