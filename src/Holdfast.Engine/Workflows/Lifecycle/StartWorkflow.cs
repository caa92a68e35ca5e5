using Holdfast.Engine.Visibility;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>
/// Starts a workflow. The request's own id comes before every policy: the same id again is the same start, even when the run has closed.
/// </summary>
public sealed record StartWorkflow(string NamespaceId, StartWorkflowExecutionRequest Request) : IWorkflowRequest<WorkflowStart>
{
    public WorkflowTarget Target => new(NamespaceId, Request.WorkflowId);

    public Decision<WorkflowStart> Decide(MutableState? run, DecisionContext context)
    {
        if (run is not null && run.CreateRequestId == Request.RequestId)
            return RepeatedStart(run, context);
        if (run is not null && run.SeenRequestIds.Contains(Request.RequestId))
            return new Decision<WorkflowStart> { Answer = new WorkflowStart(Response(run, started: false), null) };
        if (IdPolicies.Problem(Request.WorkflowIdReusePolicy, Request.WorkflowIdConflictPolicy) is { } problem)
            return Refusal.InvalidArgument(problem);
        if (Sizes.Check(Request.Input, context.Limits, "Input") is { } tooLarge)
            return tooLarge;
        var searchAttributes = SearchAttributeRules.Check(Request.SearchAttributes, context.Namespace);
        if (searchAttributes.Problem is { } unknown)
            return Refusal.InvalidArgument(unknown);

        var (reuse, conflict) = IdPolicies.Normalised(Request.WorkflowIdReusePolicy, Request.WorkflowIdConflictPolicy, WorkflowIdConflictPolicy.Fail);
        if (run is { IsClosed: false } && conflict == WorkflowIdConflictPolicy.UseExisting)
            return UseExisting(run, context);
        if (run is { IsClosed: false } && conflict != WorkflowIdConflictPolicy.TerminateExisting)
            return IdPolicies.AlreadyRunning(run);
        if (run is { IsClosed: true } && IdPolicies.RefuseReuse(run, reuse) is { } refusal)
            return refusal;

        var key = new RunKey(NamespaceId, Request.WorkflowId, context.NewId());
        var created = NewRun.Begin(context, Options(key, searchAttributes.Typed, context));
        var start = new WorkflowStart(Response(created.State, started: true), StartEagerly(created));
        if (run is not { IsClosed: false })
            return new Decision<WorkflowStart> { Answer = start, NewRun = created.Change };

        var replaced = new Turn(run, context);
        IdPolicies.TerminateReplaced(replaced, key.RunId);
        return replaced.Reply(start) with { NewRun = created.Change };
    }

    internal NewRunOptions Options(RunKey key, SearchAttributes? searchAttributes, DecisionContext context) => new()
    {
        Key = key,
        RequestId = Request.RequestId,
        UserMetadata = Request.UserMetadata,
        Links = Request.Links,
        FirstTaskBackoff = Request.CronSchedule.Length > 0
            ? CronSchedule.Backoff(Request.CronSchedule, context.Now, context.Now) ?? TimeSpan.Zero
            : Durations.OrZero(Request.WorkflowStartDelay),
        Attributes = Attributes(searchAttributes),
    };

    private WorkflowExecutionStartedEventAttributes Attributes(SearchAttributes? searchAttributes)
    {
        var attributes = new WorkflowExecutionStartedEventAttributes
        {
            WorkflowType = Request.WorkflowType,
            TaskQueue = Request.TaskQueue,
            Input = Request.Input,
            WorkflowExecutionTimeout = Request.WorkflowExecutionTimeout,
            WorkflowRunTimeout = Request.WorkflowRunTimeout,
            WorkflowTaskTimeout = Request.WorkflowTaskTimeout,
            Identity = Request.Identity,
            RetryPolicy = Request.RetryPolicy is null ? null : RetryPolicies.Filled(Request.RetryPolicy),
            CronSchedule = Request.CronSchedule,
            Initiator = Request.CronSchedule.Length > 0 ? ContinueAsNewInitiator.CronSchedule : ContinueAsNewInitiator.Unspecified,
            Memo = Request.Memo,
            SearchAttributes = searchAttributes,
            Header = Request.Header,
            ContinuedFailure = Request.ContinuedFailure,
            LastCompletionResult = Request.LastCompletionResult,
            Priority = Request.Priority,
            EagerExecutionAccepted = TakesFirstTask,
        };
        attributes.CompletionCallbacks.AddRange(Request.CompletionCallbacks);
        return attributes;
    }

    private bool TakesFirstTask =>
        Request.RequestEagerExecution && Request.CronSchedule.Length == 0 && Durations.OrZero(Request.WorkflowStartDelay) == TimeSpan.Zero;

    private WorkflowTaskStart? StartEagerly(Turn created) => TakesFirstTask
        ? StartWorkflowTask.Start(created, Request.RequestId, Request.Identity, resendUpdates: false)
        : null;

    private Decision<WorkflowStart> UseExisting(MutableState run, DecisionContext context)
    {
        var turn = new Turn(run, context);
        if (Request.OnConflictOptions is { } options && (options.AttachRequestId || options.AttachCompletionCallbacks || options.AttachLinks))
        {
            if (options.AttachCompletionCallbacks && !options.AttachRequestId)
                return Refusal.InvalidArgument("OnConflictOptions: attaching completion callbacks requires attaching the request id.");
            turn.AppendOrBuffer(HistoryEvents.WorkflowExecutionOptionsUpdated(
                options.AttachRequestId ? Request.RequestId : "",
                Request.Identity,
                options.AttachCompletionCallbacks ? Request.CompletionCallbacks : [],
                options.AttachLinks ? Request.Links : []));
        }

        return turn.Reply(new WorkflowStart(Response(run, started: false), null));
    }

    /// <summary>The answer to a start that found the workflow there.</summary>
    internal static StartWorkflowExecutionResponse Joined(MutableState run) => Response(run, started: false);

    /// <summary>The caller asks again for what was done: it gets the same answer, and the first task too if that went to it.</summary>
    private Decision<WorkflowStart> RepeatedStart(MutableState run, DecisionContext context)
    {
        var turn = new Turn(run, context);
        var hasFirstTask = TakesFirstTask && run.WorkflowTask is { IsStarted: true, Attempt: 1 } task && task.RequestId == Request.RequestId;
        return turn.Reply(new WorkflowStart(Response(run, started: true), hasFirstTask ? StartWorkflowTask.HandOver(turn, resendUpdates: true) : null));
    }

    private static StartWorkflowExecutionResponse Response(MutableState run, bool started) => new()
    {
        RunId = run.Key.RunId,
        Started = started,
        Status = run.Status,
        FirstExecutionRunId = run.FirstExecutionRunId,
    };
}
