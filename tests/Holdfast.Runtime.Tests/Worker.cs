using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine;
using Holdfast.Engine.Workflows.Lifecycle;
using Holdfast.Runtime.Matching;
using Holdfast.Runtime.Queries;
using Holdfast.Runtime.Tests.Shards;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;
using TaskQueue = Temporalio.Api.TaskQueue.V1.TaskQueue;

namespace Holdfast.Runtime.Tests;

/// <summary>Plays client and worker with the protocol's own messages, over shards and task queues.</summary>
internal sealed class Worker
{
    public const string Sticky = "sticky-of-worker";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ShardHost host;
    private int ids;

    public Worker(ShardHost host)
    {
        this.host = host;
        Queries = new WorkflowQueries(host.Shards, host.Queues, host.Time, NewId);
        Tasks = new WorkflowTaskPolls(host.Shards, host.Queues, Queries, host.Time, NewId);
        Activities = new ActivityTaskPolls(host.Shards, host.Queues, host.Time, NewId);
    }

    public WorkflowQueries Queries { get; }

    public WorkflowTaskPolls Tasks { get; }

    public ActivityTaskPolls Activities { get; }

    public static Command ScheduleActivity(string id, TimeSpan? startToClose = null) => new()
    {
        CommandType = CommandType.ScheduleActivityTask,
        ScheduleActivityTaskCommandAttributes = new()
        {
            ActivityId = id,
            ActivityType = new ActivityType { Name = "act" },
            TaskQueue = new TaskQueue { Name = "q" },
            StartToCloseTimeout = Duration.FromTimeSpan(startToClose ?? TimeSpan.FromSeconds(10)),
        },
    };

    public static Command CompleteWorkflow() => new()
    {
        CommandType = CommandType.CompleteWorkflowExecution,
        CompleteWorkflowExecutionCommandAttributes = new(),
    };

    public static Command SignalOther(string workflowId) => new()
    {
        CommandType = CommandType.SignalExternalWorkflowExecution,
        SignalExternalWorkflowExecutionCommandAttributes = new()
        {
            Namespace = Requests.Namespace,
            Execution = new WorkflowExecution { WorkflowId = workflowId },
            SignalName = "hello",
        },
    };

    public static List<EventType> Types(HistorySlice history) =>
        [.. Enumerable.Range(0, history.Count).Select(i => HistoryEvent.Parser.ParseFrom(history[i]).EventType)];

    public Task<WorkflowStart> Start(string workflowId) => host.Get(new StartWorkflow(Requests.Namespace, new StartWorkflowExecutionRequest
    {
        WorkflowId = workflowId,
        RequestId = NewId(),
        WorkflowType = new WorkflowType { Name = "type" },
        TaskQueue = new TaskQueue { Name = "q" },
    }));

    public Task<Answer<WorkflowTaskReply?>> PollTask(string queue = "q", TimeSpan? wait = null, CancellationToken cancellation = default) =>
        Tasks.PollAsync(
            Requests.Namespace,
            new PollWorkflowTaskQueueRequest
            {
                TaskQueue = new TaskQueue { Name = queue, Kind = queue == Sticky ? TaskQueueKind.Sticky : TaskQueueKind.Normal, NormalName = "q" },
                Identity = "worker",
            },
            wait ?? TimeSpan.FromMinutes(1),
            cancellation).AsTask();

    public async Task<WorkflowTaskReply> Task(string queue = "q") => (await PollTask(queue).WaitAsync(Patience)).Reply!;

    public Task<Answer<PollActivityTaskQueueResponse?>> PollActivity(CancellationToken cancellation = default) => Activities.PollAsync(
        Requests.Namespace,
        new PollActivityTaskQueueRequest { TaskQueue = new TaskQueue { Name = "q" }, Identity = "worker" },
        TimeSpan.FromMinutes(1),
        cancellation).AsTask();

    public async Task<CompletedWorkflowTask> Complete(WorkflowTaskReply task, params Command[] commands) => (await TryComplete(task, false, null, commands)).Reply;

    public async Task<CompletedWorkflowTask> CompleteSticky(WorkflowTaskReply task, params Command[] commands) => (await TryComplete(task, true, null, commands)).Reply;

    /// <summary>Completes a task, answering each query that came with it with its own type.</summary>
    public Task<Answer<CompletedWorkflowTask>> TryComplete(WorkflowTaskReply task, bool sticky, string? answer, params Command[] commands)
    {
        var request = new RespondWorkflowTaskCompletedRequest
        {
            TaskToken = task.Head.TaskToken,
            Identity = "worker",
            ReturnNewWorkflowTask = true,
            Commands = { commands },
        };
        if (sticky)
        {
            request.StickyAttributes = new StickyExecutionAttributes
            {
                WorkerTaskQueue = new TaskQueue { Name = Sticky, Kind = TaskQueueKind.Sticky, NormalName = "q" },
                ScheduleToStartTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(5)),
            };
        }

        if (answer is not null)
        {
            foreach (var id in task.Head.Queries.Keys)
                request.QueryResults[id] = new WorkflowQueryResult { ResultType = QueryResultType.Answered, Answer = Text(answer) };
        }

        return Tasks.CompleteAsync(TaskToken.Parse(task.Head.TaskToken)!, request, CancellationToken.None).AsTask().WaitAsync(Patience);
    }

    public Task<Answer<QueryWorkflowResponse>> Query(string workflowId, QueryRejectCondition reject = QueryRejectCondition.None) => Queries.QueryAsync(
        Requests.Namespace,
        new QueryWorkflowRequest
        {
            Namespace = Requests.Namespace,
            Execution = new WorkflowExecution { WorkflowId = workflowId },
            Query = new WorkflowQuery { QueryType = "how" },
            QueryRejectCondition = reject,
        },
        TimeSpan.FromSeconds(30),
        CancellationToken.None).AsTask();

    public Answer<RespondQueryTaskCompletedResponse> AnswerQuery(WorkflowTaskReply task, string answer) => Queries.Respond(new RespondQueryTaskCompletedRequest
    {
        TaskToken = task.Head.TaskToken,
        CompletedType = QueryResultType.Answered,
        QueryResult = Text(answer),
    });

    public static string TextOf(Answer<QueryWorkflowResponse> answer) => answer.Reply.QueryResult.Payloads_[0].Data.ToStringUtf8();

    private static Payloads Text(string text) => new() { Payloads_ = { new Payload { Data = ByteString.CopyFromUtf8(text) } } };

    private string NewId() => $"id-{Interlocked.Increment(ref ids)}";
}
