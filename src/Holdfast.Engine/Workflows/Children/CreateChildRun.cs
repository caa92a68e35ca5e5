using Holdfast.Engine.Workflows.Lifecycle;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Children;

/// <summary>
/// A parent wants a child under this workflow id. The new run waits with its first workflow task until the parent has recorded it. Refused (already
/// exists) as the child's reuse policy says; the repetition of a message finds the run that the first one made.
/// </summary>
internal sealed record CreateChildRun(WorkflowTarget Target, ParentLink Link, WorkflowExecutionStartedEventAttributes ParentStarted, HistoryEvent Initiated)
    : IWorkflowRequest<DeliveryReceipt>
{
    public Decision<DeliveryReceipt> Decide(MutableState? run, DecisionContext context)
    {
        if (run is not null && Link.IsParentOf(run))
            return new Decision<DeliveryReceipt> { Answer = new DeliveryReceipt(run.FirstExecutionRunId) };

        var (reuse, conflict) = IdPolicies.Normalised(Child.WorkflowIdReusePolicy, WorkflowIdConflictPolicy.Unspecified, WorkflowIdConflictPolicy.Fail);
        if (run is { IsClosed: false } && conflict != WorkflowIdConflictPolicy.TerminateExisting)
            return IdPolicies.AlreadyRunning(run);
        if (run is { IsClosed: true } && IdPolicies.RefuseReuse(run, reuse) is { } refusal)
            return refusal;

        var key = new RunKey(Target.NamespaceId, Target.WorkflowId, context.NewId());
        var receipt = new DeliveryReceipt(key.RunId);
        var created = Create(key, context);
        if (run is not { IsClosed: false })
            return new Decision<DeliveryReceipt> { Answer = receipt, NewRun = created };

        var replaced = new Turn(run, context);
        IdPolicies.TerminateReplaced(replaced, key.RunId);
        return replaced.Reply(receipt) with { NewRun = created };
    }

    private StartChildWorkflowExecutionInitiatedEventAttributes Child => Initiated.StartChildWorkflowExecutionInitiatedEventAttributes;

    private RunChange Create(RunKey key, DecisionContext context) => NewRun.Create(context, new NewRunOptions
    {
        Key = key,
        RequestId = Link.RequestId,
        Attributes = Attributes(),
        UserMetadata = Initiated.UserMetadata,
        FirstTaskBackoff = Child.CronSchedule.Length > 0 ? CronSchedule.Backoff(Child.CronSchedule, context.Now, context.Now) ?? TimeSpan.Zero : TimeSpan.Zero,
        AwaitsParent = true,
    });

    private WorkflowExecutionStartedEventAttributes Attributes()
    {
        var parent = new WorkflowExecution { WorkflowId = Link.Parent.WorkflowId, RunId = Link.Parent.RunId };
        return new WorkflowExecutionStartedEventAttributes
        {
            WorkflowType = Child.WorkflowType,
            ParentWorkflowNamespace = Child.Namespace,
            ParentWorkflowNamespaceId = Child.NamespaceId,
            ParentWorkflowExecution = parent,
            ParentInitiatedEventId = Link.InitiatedEventId,
            RootWorkflowExecution = ParentStarted.RootWorkflowExecution ?? parent,
            TaskQueue = Child.TaskQueue,
            Input = Child.Input,
            WorkflowExecutionTimeout = Child.WorkflowExecutionTimeout,
            WorkflowRunTimeout = Child.WorkflowRunTimeout,
            WorkflowTaskTimeout = Child.WorkflowTaskTimeout,
            RetryPolicy = Child.RetryPolicy,
            CronSchedule = Child.CronSchedule,
            Initiator = Child.CronSchedule.Length > 0 ? ContinueAsNewInitiator.CronSchedule : ContinueAsNewInitiator.Unspecified,
            Header = Child.Header,
            Memo = Child.Memo,
            SearchAttributes = Child.SearchAttributes,
            Priority = Child.Priority,
            VersioningOverride = Child.VersioningOverride,
        };
    }
}
