using Holdfast.Engine.Visibility;
using Holdfast.Engine.Workflows.Lifecycle;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.Signals;

/// <summary>Signals the running workflow, or starts it with the signal as its second event.</summary>
public sealed record SignalWithStart(string NamespaceId, SignalWithStartWorkflowExecutionRequest Request) : IWorkflowRequest<SignalWithStartWorkflowExecutionResponse>
{
    public WorkflowTarget Target => new(NamespaceId, Request.WorkflowId);

    public Decision<SignalWithStartWorkflowExecutionResponse> Decide(MutableState? run, DecisionContext context)
    {
        if (run is not null && run.CreateRequestId == Request.RequestId)
            return new Decision<SignalWithStartWorkflowExecutionResponse> { Answer = Response(run, started: true) };
        if (run is not null && run.SeenRequestIds.Contains(Request.RequestId))
            return new Decision<SignalWithStartWorkflowExecutionResponse> { Answer = Response(run, started: false) };
        if (IdPolicies.Problem(Request.WorkflowIdReusePolicy, Request.WorkflowIdConflictPolicy) is { } problem)
            return Refusal.InvalidArgument(problem);
        if ((Sizes.Check(Request.Input, context.Limits, "Input") ?? Sizes.Check(Request.SignalInput, context.Limits, "SignalInput")) is { } tooLarge)
            return tooLarge;
        var searchAttributes = SearchAttributeRules.Check(Request.SearchAttributes, context.Namespace);
        if (searchAttributes.Problem is { } unknown)
            return Refusal.InvalidArgument(unknown);

        var (reuse, conflict) = IdPolicies.Normalised(Request.WorkflowIdReusePolicy, Request.WorkflowIdConflictPolicy, WorkflowIdConflictPolicy.UseExisting);
        if (run is { IsClosed: false } && conflict == WorkflowIdConflictPolicy.Fail)
            return IdPolicies.AlreadyRunning(run);
        if (run is { IsClosed: false } && conflict == WorkflowIdConflictPolicy.UseExisting)
            return Signal(run, context);
        if (run is { IsClosed: true } && IdPolicies.RefuseReuse(run, reuse) is { } refusal)
            return refusal;

        var key = new RunKey(NamespaceId, Request.WorkflowId, context.NewId());
        var created = NewRun.Create(context, new StartWorkflow(NamespaceId, ToStart()).Options(key, searchAttributes.Typed, context) with { FirstSignal = Signaled() });
        var response = Response(created.State, started: true);
        if (run is not { IsClosed: false })
            return new Decision<SignalWithStartWorkflowExecutionResponse> { Answer = response, NewRun = created };

        var replaced = new Turn(run, context);
        IdPolicies.TerminateReplaced(replaced, key.RunId);
        return replaced.Reply(response) with { NewRun = created };
    }

    private Decision<SignalWithStartWorkflowExecutionResponse> Signal(MutableState run, DecisionContext context)
    {
        if (SignalWorkflow.Check(run, Request.SignalInput, context.Limits) is { } refusal)
            return refusal;
        var turn = new Turn(run, context);
        SignalWorkflow.Record(turn, Signaled());
        return turn.Reply(Response(run, started: false));
    }

    private HistoryEvent Signaled() => HistoryEvents.WorkflowExecutionSignaled(
        Request.SignalName, Request.SignalInput, Request.Identity, Request.Header, Request.RequestId, Request.Links);

    private StartWorkflowExecutionRequest ToStart()
    {
        var start = new StartWorkflowExecutionRequest
        {
            Namespace = Request.Namespace,
            WorkflowId = Request.WorkflowId,
            WorkflowType = Request.WorkflowType,
            TaskQueue = Request.TaskQueue,
            Input = Request.Input,
            WorkflowExecutionTimeout = Request.WorkflowExecutionTimeout,
            WorkflowRunTimeout = Request.WorkflowRunTimeout,
            WorkflowTaskTimeout = Request.WorkflowTaskTimeout,
            Identity = Request.Identity,
            RequestId = Request.RequestId,
            RetryPolicy = Request.RetryPolicy,
            CronSchedule = Request.CronSchedule,
            Memo = Request.Memo,
            SearchAttributes = Request.SearchAttributes,
            Header = Request.Header,
            WorkflowStartDelay = Request.WorkflowStartDelay,
            UserMetadata = Request.UserMetadata,
            Priority = Request.Priority,
        };
        start.Links.AddRange(Request.Links);
        return start;
    }

    private static SignalWithStartWorkflowExecutionResponse Response(MutableState run, bool started) => new()
    {
        RunId = run.Key.RunId,
        Started = started,
        FirstExecutionRunId = run.FirstExecutionRunId,
    };
}
