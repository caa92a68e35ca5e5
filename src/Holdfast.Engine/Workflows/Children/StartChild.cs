using Holdfast.Engine.Visibility;
using Holdfast.Engine.Workflows.Lifecycle;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Children;

/// <summary>
/// The <c>StartChildWorkflowExecution</c> command. The parent writes the initiated event and owes the child's run from then on. The start has
/// two phases: the child's run is created, and it gets its first workflow task only when the parent has recorded
/// <c>ChildWorkflowExecutionStarted</c>; so no child does anything that its parent does not know of.
/// </summary>
internal static class StartChild
{
    private const int MaxIdLength = 1000;

    public static CommandRejection? Decide(StartChildWorkflowExecutionCommandAttributes command, Command envelope, Turn turn)
    {
        if (command.WorkflowId.Length == 0)
            return Invalid($"Required field WorkflowId is not set on StartChildWorkflowExecutionCommand. WorkflowType={command.WorkflowType?.Name}");
        if (command.WorkflowId.Length > MaxIdLength)
            return Invalid($"WorkflowId on StartChildWorkflowExecutionCommand exceeds the length limit of {MaxIdLength}.");
        if (command.WorkflowType is not { Name.Length: > 0 })
            return Invalid($"Required field WorkflowType is not set on StartChildWorkflowExecutionCommand. WorkflowId={command.WorkflowId}");
        foreach (var (name, timeout) in new[]
        {
            ("WorkflowExecutionTimeout", command.WorkflowExecutionTimeout), ("WorkflowRunTimeout", command.WorkflowRunTimeout),
            ("WorkflowTaskTimeout", command.WorkflowTaskTimeout),
        })
        {
            if (Durations.IsInvalid(timeout))
                return Invalid($"Invalid {name} on StartChildWorkflowExecutionCommand. WorkflowId={command.WorkflowId} WorkflowType={command.WorkflowType.Name}");
        }

        if (RetryPolicies.Problem(command.RetryPolicy) is { } problem)
            return Invalid($"Invalid retry policy on StartChildWorkflowExecutionCommand: {problem} WorkflowId={command.WorkflowId}");
        if (CronSchedule.Problem(command.CronSchedule) is { } cron)
            return Invalid($"{cron} WorkflowId={command.WorkflowId}");
        if (!Enum.IsDefined(command.ParentClosePolicy))
            return Invalid($"Invalid ParentClosePolicy on StartChildWorkflowExecutionCommand: {command.ParentClosePolicy}. WorkflowId={command.WorkflowId}");
        if (!Enum.IsDefined(command.WorkflowIdReusePolicy))
            return Invalid($"Invalid WorkflowIdReusePolicy on StartChildWorkflowExecutionCommand: {command.WorkflowIdReusePolicy}. WorkflowId={command.WorkflowId}");
        if (command.Priority is { PriorityKey: < 0 })
            return Invalid($"PriorityKey cannot be negative. WorkflowId={command.WorkflowId}");
        if (turn.State.PendingChildren.Count >= turn.Context.Limits.PendingChildren)
        {
            return new CommandRejection(
                WorkflowTaskFailedCause.PendingChildWorkflowsLimitExceeded,
                $"The number of pending child workflow executions, {turn.State.PendingChildren.Count}, has reached the per-workflow limit of {turn.Context.Limits.PendingChildren}.");
        }

        if (Sizes.Problem(command.Input, turn.Context.Limits) is { } tooLarge)
            return Invalid($"StartChildWorkflowExecutionCommandAttributes.Input: {tooLarge}") with { TerminatesRun = true };
        if (Sizes.Problem(command.Memo, turn.Context.Limits) is { } memoTooLarge)
            return Invalid($"StartChildWorkflowExecutionCommandAttributes.Memo: {memoTooLarge}") with { TerminatesRun = true };
        var searchAttributes = SearchAttributeRules.Check(command.SearchAttributes, turn.Context.Namespace);
        if (searchAttributes.Problem is { } unknown)
            return new CommandRejection(WorkflowTaskFailedCause.BadSearchAttributes, unknown);

        turn.Append(HistoryEvents.StartChildWorkflowExecutionInitiated(command, searchAttributes.Typed, envelope, turn));
        return null;

        static CommandRejection Invalid(string problem) => new(WorkflowTaskFailedCause.BadStartChildExecutionAttributes, problem);
    }

    public static MutableState Apply(MutableState state, HistoryEvent initiated)
    {
        Invariant.Holds(!state.PendingChildren.ContainsKey(initiated.EventId));
        return state with { PendingChildren = state.PendingChildren.Add(initiated.EventId, new PendingChild { InitiatedEvent = initiated }) };
    }

    /// <summary>A parent that closed first still starts the children that it abandons, and no others.</summary>
    public static bool IsOwed(MutableState parent, PendingChild child) =>
        !child.IsStarted && (!parent.IsClosed || child.Attributes.ParentClosePolicy == ParentClosePolicy.Abandon);
}
