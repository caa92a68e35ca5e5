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
        if (run is not null && !MayReplace(run))
            return new Refusal(RefusalCode.AlreadyExists, $"Workflow execution already exists. WorkflowId: {run.Key.WorkflowId}, RunId: {run.Key.RunId}.");

        var key = new RunKey(Target.NamespaceId, Target.WorkflowId, context.NewId());
        return new Decision<DeliveryReceipt>
        {
            Answer = new DeliveryReceipt(key.RunId),
            Run = Terminated(run, context, key.RunId),
            NewRun = Create(key, context),
        };
    }

    private StartChildWorkflowExecutionInitiatedEventAttributes Child => Initiated.StartChildWorkflowExecutionInitiatedEventAttributes;

    private bool MayReplace(MutableState run)
    {
#pragma warning disable CS8524 // Numbers outside the enum are refused when the parent asks for the child.
        return Child.WorkflowIdReusePolicy switch
        {
            WorkflowIdReusePolicy.TerminateIfRunning => true,
            WorkflowIdReusePolicy.Unspecified or WorkflowIdReusePolicy.AllowDuplicate => run.IsClosed,
            WorkflowIdReusePolicy.AllowDuplicateFailedOnly => run.Status is WorkflowExecutionStatus.Failed or WorkflowExecutionStatus.Canceled
                or WorkflowExecutionStatus.Terminated or WorkflowExecutionStatus.TimedOut,
            WorkflowIdReusePolicy.RejectDuplicate => false,
        };
#pragma warning restore CS8524
    }

    private static RunChange? Terminated(MutableState? run, DecisionContext context, string newRunId)
    {
        if (run is null or { IsClosed: true })
            return null;
        var turn = new Turn(run, context);
        var details = new Payloads { Payloads_ = { PayloadValues.Json($"terminated by new runID: {newRunId}") } };
        TerminateWorkflow.Record(turn, "TerminateIfRunning WorkflowIdReusePolicy", details, "history-service");
        return turn.Change;
    }

    private RunChange Create(RunKey key, DecisionContext context) => NewRun.Create(context, new NewRunOptions
    {
        Key = key,
        RequestId = Link.RequestId,
        Attributes = Attributes(),
        UserMetadata = Initiated.UserMetadata,
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
            Header = Child.Header,
            Memo = Child.Memo,
            SearchAttributes = Child.SearchAttributes,
            Priority = Child.Priority,
            VersioningOverride = Child.VersioningOverride,
        };
    }
}
