using System.Collections.Immutable;
using Holdfast.Engine.Workflows;
using Holdfast.Engine.Workflows.Lifecycle;
using Holdfast.Engine.Workflows.Signals;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Tests.Traces;

/// <summary>
/// A server's worth of runs in memory with a clock that moves only when told. Every decision is checked: the state that it names must be the fold of
/// the run's whole journal as it would be stored, and the state before it must be untouched.
/// </summary>
internal sealed class Ledger
{
    public const string NamespaceId = "ns-id";

    private readonly Dictionary<RunKey, Refold> journals = [];
    private readonly Dictionary<RunKey, MutableState> runs = [];
    private readonly Dictionary<string, string> current = [];
    private int ids;

    public DateTime Now { get; private set; } = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    public EngineLimits Limits { get; init; } = EngineLimits.Default;

    public NamespaceView Namespace { get; init; } = new(NamespaceId, "default");

    public DecisionContext Context => new() { Now = Now, NewId = () => $"id-{++ids}", Namespace = Namespace, Limits = Limits };

    /// <summary>The current run of a workflow id.</summary>
    public MutableState Run(string workflowId) => runs[new RunKey(NamespaceId, workflowId, current[workflowId])];

    public MutableState Run(string workflowId, string runId) => runs[new RunKey(NamespaceId, workflowId, runId)];

    public bool Exists(string workflowId) => current.ContainsKey(workflowId);

    public static WorkflowTarget Target(string workflowId) => new(NamespaceId, workflowId);

    public Answer<TReply> Ask<TReply>(IWorkflowRequest<TReply> request) => Decide(request).Answer;

    public Decision<TReply> Decide<TReply>(IWorkflowRequest<TReply> request)
    {
        var before = Find(request.Target);
        var untouched = before is null ? "" : StateText.Of(before);
        var decision = request.Decide(before, Context);
        Assert.Equal(untouched, before is null ? "" : StateText.Of(before));
        if (decision.Run is not null)
            Keep(decision.Run);
        if (decision.NewRun is not null)
        {
            Keep(decision.NewRun);
            current[decision.NewRun.State.Key.WorkflowId] = decision.NewRun.State.Key.RunId;
        }

        return decision;
    }

    /// <summary>Starts a workflow on task queue "q" and returns its run id.</summary>
    public string Start(string workflowId, Action<StartWorkflowExecutionRequest>? with = null)
    {
        var request = new StartWorkflowExecutionRequest
        {
            WorkflowId = workflowId,
            RequestId = $"start-{++ids}",
            WorkflowType = new WorkflowType { Name = $"{workflowId}-type" },
            TaskQueue = new TaskQueue { Name = "q" },
        };
        with?.Invoke(request);
        return Ask(new StartWorkflow(NamespaceId, request)).Reply.Response.RunId;
    }

    /// <summary>A worker takes the pending workflow task.</summary>
    public WorkflowTaskStart Poll(string workflowId)
    {
        var task = Dispatched(workflowId);
        Assert.NotNull(task);
        var answer = Ask(new StartWorkflowTask(
            WorkflowTarget.Of(Run(workflowId).Key),
            task.ScheduledEventId,
            task.Attempt,
            new PollWorkflowTaskQueueRequest { Identity = "worker" },
            $"poll-{++ids}",
            FromStickyQueue: task.StickyQueue.Length > 0));
        return answer.Reply;
    }

    /// <summary>The workflow task that the run owes a worker, if any.</summary>
    public Obligation.DispatchWorkflowTask? Dispatched(string workflowId) =>
        Debts.Of(Run(workflowId), Now).Now.OfType<Obligation.DispatchWorkflowTask>().SingleOrDefault();

    public Answer<WorkflowTaskCompletion> Complete(WorkflowTaskStart task, params Command[] commands) => Complete(task, [], commands);

    public Answer<WorkflowTaskCompletion> Complete(
        WorkflowTaskStart task, IEnumerable<Message> messages, IEnumerable<Command> commands, Action<RespondWorkflowTaskCompletedRequest>? with = null)
    {
        var request = new RespondWorkflowTaskCompletedRequest { Identity = "worker" };
        request.Commands.AddRange(commands);
        request.Messages.AddRange(messages);
        with?.Invoke(request);
        return Ask(new CompleteWorkflowTask(Token(task), request));
    }

    /// <summary>A worker takes the pending workflow task and completes it at once.</summary>
    public void Turn(string workflowId, params Command[] commands) =>
        Assert.Null(Complete(Poll(workflowId), commands).Refusal);

    public void FailTask(WorkflowTaskStart task) => Assert.Null(Ask(new FailWorkflowTask(
        Token(task), new RespondWorkflowTaskFailedRequest { Cause = WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure, Identity = "worker" })).Refusal);

    public void Signal(string workflowId, string requestId = "") => Assert.Null(Ask(new SignalWorkflow(
        Target(workflowId), new SignalWorkflowExecutionRequest { SignalName = "wake", RequestId = requestId })).Refusal);

    public void Terminate(string workflowId) => Assert.Null(Ask(new TerminateWorkflow(Target(workflowId), new TerminateWorkflowExecutionRequest())).Refusal);

    public static TaskToken Token(WorkflowTaskStart task) => TaskToken.Parse(task.Head.TaskToken)!;

    /// <summary>What the run owes other runs.</summary>
    public ImmutableArray<Delivery> Owed(string workflowId) => Owed(Run(workflowId));

    /// <summary>
    /// Delivers all messages between runs until none is owed. Each is delivered twice, and so is its outcome, as after a crash: the second time must
    /// change nothing.
    /// </summary>
    public void Deliver()
    {
        for (var round = 0; round < 100; round++)
        {
            var owed = runs.Values.SelectMany(run => Owed(run)).ToList();
            if (owed.Count == 0)
                return;
            foreach (var delivery in owed)
                Deliver(delivery);
        }

        Assert.Fail("Messages are owed without end.");
    }

    public void Deliver(Delivery delivery)
    {
        var outcome = Twice(delivery.ToReceiver());
        Twice(delivery.ToSender(outcome));
    }

    /// <summary>Lets time pass and fires what is due.</summary>
    public void Advance(TimeSpan time)
    {
        Now += time;
        foreach (var key in runs.Keys.ToList())
            Ask(new FireDueTimers(WorkflowTarget.Of(key)));
    }

    /// <summary>The history of the current run, one line an event: its id and type.</summary>
    public string[] History(string workflowId) => History(Run(workflowId));

    public string[] History(MutableState run) => Events(run).Select(e => $"{e.EventId} {e.EventType}").ToArray();

    public HistoryEvent Event(string workflowId, EventType type) => Events(Run(workflowId)).Single(e => e.EventType == type);

    private IEnumerable<HistoryEvent> Events(MutableState run) =>
        journals[run.Key].History().Select(HistoryEvent.Parser.ParseFrom);

    private static ImmutableArray<Delivery> Owed(MutableState state) =>
        [.. Deliveries.Of(state).OfType<Obligation.Deliver>().Select(owed => owed.Delivery)];

    private Answer<DeliveryReceipt> Twice(IWorkflowRequest<DeliveryReceipt> request)
    {
        var first = Ask(request);
        var second = Decide(request);
        Assert.Null(second.Run);
        Assert.Null(second.NewRun);
        Assert.Equal(first.Refusal?.Code, second.Answer.Refusal?.Code);
        if (first.Refusal is null)
            Assert.Equal(first.Reply, second.Answer.Reply);
        return first;
    }

    private MutableState? Find(WorkflowTarget target)
    {
        var runId = target.RunId.Length > 0 ? target.RunId : current.GetValueOrDefault(target.WorkflowId, "");
        return runs.GetValueOrDefault(new RunKey(target.NamespaceId, target.WorkflowId, runId));
    }

    private void Keep(RunChange change)
    {
        var key = change.State.Key;
        if (!journals.TryGetValue(key, out var journal))
            journals[key] = journal = new Refold();
        Assert.NotEmpty(change.Records);
        runs[key] = change.State;
        journal.Check(change);
    }
}
