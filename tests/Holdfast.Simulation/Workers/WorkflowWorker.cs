using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Holdfast.Runtime.Matching;
using Holdfast.Simulation.Checks;
using Holdfast.Simulation.Machines;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using TaskQueue = Temporalio.Api.TaskQueue.V1.TaskQueue;

namespace Holdfast.Simulation.Workers;

/// <summary>
/// An SDK's worker process for workflow tasks: polls, replays, answers; at times slow, forgetful, or twice. It trusts nothing that it is told and holds it
/// against what it was told before.
/// </summary>
internal sealed class WorkflowWorker(World world, Network network, Ledger ledger, SimulatedProcess process)
{
    private readonly Dictionary<string, List<HistoryEvent>> cache = [];
    private readonly string stickyQueue = $"sticky-{process.Name}";
    private readonly bool isSticky = world.Dice.Chance(0.6);
    private (TaskToken Token, RespondWorkflowTaskCompletedRequest Request)? earlier;

    public void Start()
    {
        _ = process.Run(() => PollAsync(WorkflowProgram.Queue));
        if (isSticky)
            _ = process.Run(() => PollAsync(stickyQueue));
    }

    private async Task PollAsync(string queue)
    {
        while (true)
        {
            try
            {
                var request = new PollWorkflowTaskQueueRequest
                {
                    Identity = process.Name,
                    TaskQueue = queue == WorkflowProgram.Queue
                        ? new TaskQueue { Name = queue }
                        : new TaskQueue { Name = queue, Kind = TaskQueueKind.Sticky, NormalName = WorkflowProgram.Queue },
                };
                var answer = await network.CallAsync(
                    process,
                    async server => await server.WorkflowTasks.PollAsync(SimulatedServer.Namespace, request, TimeSpan.FromSeconds(60), CancellationToken.None));
                if (answer.Refusal is not null)
                    await process.Pause(TimeSpan.FromMilliseconds(200));
                else if (answer.Reply is { } task)
                    await WorkAsync(task);
            }
            catch (ConnectionLostException)
            {
                await process.Pause(TimeSpan.FromMilliseconds(200));
            }
        }
    }

    private async Task WorkAsync(WorkflowTaskReply task)
    {
        for (var next = task; next is not null;)
        {
            if (world.Mishap(0.02))
            {
                world.Tell($"{process.Name} forgets a workflow task");
                return;
            }

            await process.Pause(world.Mishap(0.02) ? world.Dice.Between(5, 15) : world.Dice.Between(0.0005, 0.02));
            next = next.Head.Query is not null ? await AnswerAsync(next) : await CompleteAsync(next);
        }
    }

    private async Task<WorkflowTaskReply?> AnswerAsync(WorkflowTaskReply task)
    {
        await network.CallAsync(process, server => Task.FromResult(server.Queries.Respond(new RespondQueryTaskCompletedRequest
        {
            TaskToken = task.Head.TaskToken,
            CompletedType = QueryResultType.Answered,
            QueryResult = Said.Numbers(1),
        })));
        return null;
    }

    private async Task<WorkflowTaskReply?> CompleteAsync(WorkflowTaskReply task)
    {
        var token = TaskToken.Parse(task.Head.TaskToken)!;
        if (await HistoryOfAsync(task, token) is not { } events)
            return null;

        if (world.Mishap(0.01))
        {
            world.Tell($"{process.Name} fails workflow task {token.WorkflowId} {token.StartedEventId}");
            await network.AskAsync(process, () => new FailWorkflowTask(token, new RespondWorkflowTaskFailedRequest
            {
                TaskToken = task.Head.TaskToken,
                Cause = WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure,
                Failure = new Failure { Message = "on purpose" },
            }), TimeSpan.FromSeconds(10));
            return null;
        }

        var request = Turn(task, token, events);
        if (earlier is { } before && world.Mishap(0.05))
        {
            // A late repetition of an answer that was given long ago must change nothing.
            _ = process.Run(() => RespondAsync(before.Token, before.Request, TimeSpan.FromSeconds(1)));
        }

        if (world.Mishap(0.03))
            _ = process.Run(() => RespondAsync(token, request, TimeSpan.FromSeconds(5)));
        earlier = (token, request);
        var done = await RespondAsync(token, request, TimeSpan.FromSeconds(world.Mishap(0.1) ? 0.001 : 10));
        if (done is { Refusal: not null })
            cache.Remove(token.RunId);
        return done is { Refusal: null } completed ? completed.Reply.NextTask : null;
    }

    private async Task<Answer<CompletedWorkflowTask>?> RespondAsync(TaskToken token, RespondWorkflowTaskCompletedRequest request, TimeSpan patience)
    {
        var until = world.Now + patience;
        while (true)
        {
            try
            {
                var answer = await network.CallAsync(process, async server =>
                {
                    var completed = await server.WorkflowTasks.CompleteAsync(token, request, CancellationToken.None);
                    if (completed.Refusal is null && completed.Reply.Response.ResetHistoryEventId == 0)
                        ledger.WorkflowTaskCompleted(token);
                    return completed;
                });
                if (answer.Refusal?.Code == RefusalCode.InvalidArgument && !answer.Refusal.Message.StartsWith("UnhandledCommand", StringComparison.Ordinal))
                    world.Violated($"the turn of {token.WorkflowId} {token.StartedEventId} was refused: {answer.Refusal.Message}");
                if (answer.Refusal?.Code is not (RefusalCode.Unavailable or RefusalCode.ResourceExhausted))
                    return answer;
            }
            catch (ConnectionLostException)
            {
            }

            if (world.Now >= until)
                return null;
            await process.Pause(TimeSpan.FromMilliseconds(300));
        }
    }

    /// <summary>All events of the run up to this task: what came with it, behind what is remembered. Null when something is missing that cannot be had now.</summary>
    private async Task<List<HistoryEvent>?> HistoryOfAsync(WorkflowTaskReply task, TaskToken token)
    {
        var first = task.History.Count == 0 ? 1 : task.History.FirstEventId;
        var known = new List<HistoryEvent>();
        if (first > 1)
        {
            if (cache.GetValueOrDefault(token.RunId) is not { } remembered || remembered.Count < first - 1)
            {
                // It was started elsewhere, or forgotten: as SDKs do, give it up and let it come again with its whole history.
                await network.AskAsync(process, () => new ResetStickyTaskQueue(new WorkflowTarget(token.NamespaceId, token.WorkflowId, token.RunId)), TimeSpan.FromSeconds(5));
                return null;
            }

            known.AddRange(remembered.Take((int)first - 1));
        }

        for (var i = 0; i < task.History.Count; i++)
            known.Add(HistoryEvent.Parser.ParseFrom(task.History[i]));
        known.AddRange(task.Synthetic);
        for (var i = 0; i < known.Count; i++)
        {
            if (known[i].EventId != i + 1)
                world.Violated($"the history of {token.WorkflowId} has event {known[i].EventId} at place {i + 1}");
        }

        if (known[^1].EventType != EventType.WorkflowTaskStarted || known[^1].EventId != token.StartedEventId)
            world.Violated($"the history of a workflow task of {token.WorkflowId} ends with {known[^1].EventType} {known[^1].EventId}, not with its start {token.StartedEventId}");
        if (isSticky)
            cache[token.RunId] = known;
        return known;
    }

    private RespondWorkflowTaskCompletedRequest Turn(WorkflowTaskReply task, TaskToken token, List<HistoryEvent> events)
    {
        var history = new Workers.History(events);
        var request = new RespondWorkflowTaskCompletedRequest
        {
            TaskToken = task.Head.TaskToken,
            Identity = process.Name,
            ReturnNewWorkflowTask = true,
        };
        foreach (var id in history.AcceptedUpdates)
        {
            if (!history.CompletedUpdates.Contains(id))
                Complete(request, id);
        }

        foreach (var message in task.Head.Messages)
            Take(request, history, message);
        request.Commands.AddRange(WorkflowProgram.Next(history, token.WorkflowId));
        foreach (var id in task.Head.Queries.Keys)
            request.QueryResults[id] = new WorkflowQueryResult { ResultType = QueryResultType.Answered, Answer = Said.Numbers(1) };
        if (isSticky)
        {
            request.StickyAttributes = new StickyExecutionAttributes
            {
                WorkerTaskQueue = new TaskQueue { Name = stickyQueue, Kind = TaskQueueKind.Sticky, NormalName = WorkflowProgram.Queue },
                ScheduleToStartTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(5)),
            };
        }

        world.Tell($"{process.Name} turns {token.WorkflowId} {token.StartedEventId}: {string.Join(' ', request.Commands.Select(command => command.CommandType))}");
        return request;
    }

    private void Take(RespondWorkflowTaskCompletedRequest request, Workers.History history, Message message)
    {
        var id = message.ProtocolInstanceId;
        if (history.AcceptedUpdates.Contains(id))
        {
            world.Violated($"update {id} was sent again after it was accepted");
            return;
        }

        var update = message.Body.Unpack<Request>();
        switch (update.Input.Name)
        {
            case "reject":
                request.Messages.Add(new Message
                {
                    Id = $"{id}/reject",
                    ProtocolInstanceId = id,
                    Body = Any.Pack(new Rejection
                    {
                        RejectedRequestMessageId = message.Id,
                        RejectedRequestSequencingEventId = message.EventId,
                        RejectedRequest = update,
                        Failure = new Failure { Message = "rejected on purpose" },
                    }),
                });
                return;
            default:
                Send(request, $"{id}/accept", id, new Acceptance
                {
                    AcceptedRequestMessageId = message.Id,
                    AcceptedRequestSequencingEventId = message.EventId,
                    AcceptedRequest = update,
                });
                if (update.Input.Name == "now" || history.MustFinish || history.CancelRequested)
                    Complete(request, id);
                return;
        }
    }

    private static void Complete(RespondWorkflowTaskCompletedRequest request, string id) => Send(request, $"{id}/complete", id, new Response
    {
        Meta = new Meta { UpdateId = id },
        Outcome = new Outcome { Success = Said.Numbers(1) },
    });

    private static void Send(RespondWorkflowTaskCompletedRequest request, string messageId, string id, IMessage body)
    {
        request.Messages.Add(new Message { Id = messageId, ProtocolInstanceId = id, Body = Any.Pack(body) });
        request.Commands.Add(new Command
        {
            CommandType = CommandType.ProtocolMessage,
            ProtocolMessageCommandAttributes = new() { MessageId = messageId },
        });
    }
}
