using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using Holdfast.EndToEnd.Tests.Crash;
using Holdfast.EndToEnd.Tests.Programs;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.EndToEnd.Tests.Overload;

/// <summary>Pollers in great number, and pollers that take a task and are never heard of again.</summary>
public sealed class PollersTests : IDisposable
{
    private const int IdlePolls = 10_000;
    private const int IdleConnections = 10;
    private const int DeafPolls = 50;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan GoodTime = TimeSpan.FromSeconds(2);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Delete();

    [Fact]
    public async Task Ten_thousand_idle_polls_do_not_keep_a_fresh_workflow_waiting()
    {
        await using var server = await HoldfastServer.StartAsync(folder.FullName);
        using var calls = new ProtocolClient(server.Target);
        using var stop = new CancellationTokenSource();
        var idle = Enumerable.Range(0, IdleConnections).Select(_ => new ProtocolClient(server.Target)).ToList();
        List<Task> polls = [.. Enumerable.Range(0, IdlePolls).Select(i => idle[i % IdleConnections].CallAsync<PollWorkflowTaskQueueResponse>(
            Poll($"idle-{i % 100}"), TimeSpan.FromMinutes(5), stop.Token))];

        // The last one of the last connection is seen to wait.
        polls.Add(idle[^1].CallAsync<PollWorkflowTaskQueueResponse>(Poll("last"), TimeSpan.FromMinutes(5), stop.Token));
        await Eventually.SeesAsync("the last poll to wait", PollersOfLastAsync, pollers => pollers == 1, Limit);
        await RunAsync(calls, "warm-up");
        var begun = Stopwatch.GetTimestamp();
        await RunAsync(calls, "fresh");
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, GoodTime);
        Assert.DoesNotContain(polls, poll => poll.IsCompleted);

        await stop.CancelAsync();
        foreach (var poll in polls)
            await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => poll);
        idle.ForEach(client => client.Dispose());

        async Task<int> PollersOfLastAsync() => (await calls.CallAsync<DescribeTaskQueueResponse>(new DescribeTaskQueueRequest
        {
            Namespace = ProtocolClient.Namespace,
            TaskQueue = new TaskQueue { Name = "last" },
            TaskQueueType = TaskQueueType.Workflow,
        })).Pollers.Count;
    }

    [Fact]
    public async Task What_a_poller_took_that_never_reads_its_answer_goes_to_another_one()
    {
        await using var server = await HoldfastServer.StartAsync(folder.FullName);
        using var calls = new ProtocolClient(server.Target);
        using var deaf = await DeafPoller.ConnectAsync(server.Target);
        for (var i = 0; i < DeafPolls; i++)
            await deaf.PollAsync(Poll("fresh"));
        await Eventually.SeesAsync("the deaf poller to be known", PollersAsync, pollers => pollers > 0, Limit);

        // Each of its polls takes one, and its connection stays open.
        for (var i = 0; i < DeafPolls; i++)
            await calls.CallAsync<StartWorkflowExecutionResponse>(Start($"deaf-{i}"), Limit);
        HashSet<string> finished = [];
        var handedOutAgain = 0;
        while (finished.Count < DeafPolls)
        {
            var (workflowId, attempt) = await FinishOneAsync(calls);
            finished.Add(workflowId);
            handedOutAgain += attempt > 1 ? 1 : 0;
        }

        Assert.True(handedOutAgain > 0, "The deaf poller took nothing: that shows little.");
        var begun = Stopwatch.GetTimestamp();
        await RunAsync(calls, "fresh");
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, GoodTime);

        async Task<int> PollersAsync() => (await calls.CallAsync<DescribeTaskQueueResponse>(new DescribeTaskQueueRequest
        {
            Namespace = ProtocolClient.Namespace,
            TaskQueue = new TaskQueue { Name = "fresh" },
            TaskQueueType = TaskQueueType.Workflow,
        })).Pollers.Count;
    }

    private static async Task RunAsync(ProtocolClient calls, string workflowId)
    {
        await calls.CallAsync<StartWorkflowExecutionResponse>(Start(workflowId), Limit);
        Assert.Equal(workflowId, (await FinishOneAsync(calls)).WorkflowId);
    }

    private static async Task<(string WorkflowId, int Attempt)> FinishOneAsync(ProtocolClient calls)
    {
        var task = await calls.CallAsync<PollWorkflowTaskQueueResponse>(Poll("fresh"), Limit);
        await calls.CallAsync<RespondWorkflowTaskCompletedResponse>(
            new RespondWorkflowTaskCompletedRequest
            {
                Namespace = ProtocolClient.Namespace,
                TaskToken = task.TaskToken,
                Commands = { new Command { CommandType = CommandType.CompleteWorkflowExecution, CompleteWorkflowExecutionCommandAttributes = new() } },
            },
            Limit);
        return (task.WorkflowExecution.WorkflowId, task.Attempt);
    }

    private static PollWorkflowTaskQueueRequest Poll(string queue) =>
        new() { Namespace = ProtocolClient.Namespace, TaskQueue = new TaskQueue { Name = queue }, Identity = "poller" };

    private static StartWorkflowExecutionRequest Start(string workflowId) => new()
    {
        Namespace = ProtocolClient.Namespace,
        WorkflowId = workflowId,
        RequestId = workflowId,
        WorkflowType = new WorkflowType { Name = "order" },
        TaskQueue = new TaskQueue { Name = "fresh" },
        WorkflowTaskTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)),
    };
}
