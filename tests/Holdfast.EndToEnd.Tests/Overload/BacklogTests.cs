using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Holdfast.EndToEnd.Tests.Crash;
using Holdfast.EndToEnd.Tests.Programs;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.EndToEnd.Tests.Overload;

/// <summary>Clients that push while workers are gone.</summary>
public sealed class BacklogTests : IDisposable
{
    private const int MaxBacklog = 1_000;
    private const int Pushers = 16;
    private const int RefusalsWanted = 8_000;
    private const int MostGrowthMegabytes = 60;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Delete();

    [Fact]
    public async Task Starts_that_nobody_works_on_are_refused_with_a_cause_while_memory_stays_level_and_taken_again_once_workers_are_back()
    {
        await using var server = await StartAsync();
        using var calls = new ProtocolClient(server.Target);
        var ids = 0;
        var taken = 0;
        var refused = 0;
        RpcException? refusal = null;
        await PushAsync(_ => Volatile.Read(ref refused) == 0);
        var before = Megabytes(server);
        await PushAsync(_ => Volatile.Read(ref refused) < RefusalsWanted);

        Assert.InRange(taken, MaxBacklog, MaxBacklog + (2 * Pushers));
        Assert.Equal(StatusCode.ResourceExhausted, refusal!.StatusCode);
        Assert.Contains("task queue 'abandoned'", refusal.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(ResourceExhaustedCause.SystemOverloaded, CauseOf(refusal));
        Assert.InRange(Megabytes(server) - before, -1_000, MostGrowthMegabytes);

        // Others' work goes on.
        await calls.CallAsync<StartWorkflowExecutionResponse>(Start("elsewhere", "served"), Limit);
        Assert.Equal("elsewhere", await FinishOneAsync(calls, "served"));

        // Whoever insists needs nobody's help but the workers'.
        using var patience = new CancellationTokenSource(Limit);
        var late = calls.InsistAsync<StartWorkflowExecutionResponse>(Start("late", "abandoned"), patience.Token);
        HashSet<string> finished = [];
        while (!finished.Contains("late"))
            finished.Add(await FinishOneAsync(calls, "abandoned"));
        await late;
        Assert.Equal(taken + 1, finished.Count);

        Task PushAsync(Func<int, bool> goOn) => Task.WhenAll(Enumerable.Range(0, Pushers).Select(async pusher =>
        {
            while (goOn(pusher))
            {
                try
                {
                    await calls.CallAsync<StartWorkflowExecutionResponse>(Start($"pushed-{Interlocked.Increment(ref ids)}", "abandoned"), Limit);
                    Interlocked.Increment(ref taken);
                }
                catch (RpcException e) when (e.StatusCode == StatusCode.ResourceExhausted)
                {
                    refusal = e;
                    Interlocked.Increment(ref refused);
                }
            }
        }));
    }

    [Fact]
    public async Task Activities_that_nobody_works_on_are_refused_with_a_cause_and_none_that_was_taken_is_lost()
    {
        const int each = 100;
        await using var server = await StartAsync();
        using var calls = new ProtocolClient(server.Target);
        RpcException? refusal = null;
        var scheduled = 0;
        PollWorkflowTaskQueueResponse task = null!;
        for (var i = 0; refusal is null; i++)
        {
            await calls.CallAsync<StartWorkflowExecutionResponse>(Start($"order-{i}", "orders"), Limit);
            task = await PollAsync(calls, "orders");
            try
            {
                await calls.CallAsync<RespondWorkflowTaskCompletedResponse>(Schedule(task, each), Limit);
                scheduled += each;
                Assert.True(scheduled <= MaxBacklog * 2, "Activities were never refused.");
            }
            catch (RpcException e)
            {
                refusal = e;
            }
        }

        Assert.Equal(MaxBacklog, scheduled);
        Assert.Equal(ResourceExhaustedCause.SystemOverloaded, CauseOf(refusal));

        using var patience = new CancellationTokenSource(Limit);
        var insisting = calls.InsistAsync<RespondWorkflowTaskCompletedResponse>(Schedule(task, each), patience.Token);
        for (var i = 0; i < scheduled + each; i++)
        {
            var activity = await calls.CallAsync<PollActivityTaskQueueResponse>(
                new PollActivityTaskQueueRequest { Namespace = ProtocolClient.Namespace, TaskQueue = new TaskQueue { Name = "abandoned" } }, Limit);
            Assert.False(activity.TaskToken.IsEmpty, $"Only {i} activities were handed out.");
        }

        await insisting;
    }

    private Task<HoldfastServer> StartAsync() => HoldfastServer.StartAsync(
        folder.FullName, "--dynamic-config-value", string.Create(CultureInfo.InvariantCulture, $"matching.maxTaskBacklog={MaxBacklog}"));

    private static ResourceExhaustedCause CauseOf(RpcException refusal) => GrpcStatus.Parser
        .ParseFrom(refusal.Trailers.GetValueBytes("grpc-status-details-bin")).Details.Single().Unpack<ResourceExhaustedFailure>().Cause;

    private static long Megabytes(HoldfastServer server)
    {
        using var process = System.Diagnostics.Process.GetProcessById(server.ProcessId);
        return process.WorkingSet64 / 1024 / 1024;
    }

    private static async Task<string> FinishOneAsync(ProtocolClient calls, string queue)
    {
        var task = await PollAsync(calls, queue);
        await calls.CallAsync<RespondWorkflowTaskCompletedResponse>(
            new RespondWorkflowTaskCompletedRequest
            {
                Namespace = ProtocolClient.Namespace,
                TaskToken = task.TaskToken,
                Commands = { new Command { CommandType = CommandType.CompleteWorkflowExecution, CompleteWorkflowExecutionCommandAttributes = new() } },
            },
            Limit);
        return task.WorkflowExecution.WorkflowId;
    }

    private static async Task<PollWorkflowTaskQueueResponse> PollAsync(ProtocolClient calls, string queue)
    {
        var task = await calls.CallAsync<PollWorkflowTaskQueueResponse>(
            new PollWorkflowTaskQueueRequest { Namespace = ProtocolClient.Namespace, TaskQueue = new TaskQueue { Name = queue } }, Limit);
        Assert.False(task.TaskToken.IsEmpty, "There was no task.");
        return task;
    }

    private static StartWorkflowExecutionRequest Start(string workflowId, string queue) => new()
    {
        Namespace = ProtocolClient.Namespace,
        WorkflowId = workflowId,
        RequestId = workflowId,
        WorkflowType = new WorkflowType { Name = "order" },
        TaskQueue = new TaskQueue { Name = queue },
    };

    private static RespondWorkflowTaskCompletedRequest Schedule(PollWorkflowTaskQueueResponse task, int activities) => new()
    {
        Namespace = ProtocolClient.Namespace,
        TaskToken = task.TaskToken,
        Commands =
        {
            Enumerable.Range(0, activities).Select(number => new Command
            {
                CommandType = CommandType.ScheduleActivityTask,
                ScheduleActivityTaskCommandAttributes = new()
                {
                    ActivityId = $"activity-{number}",
                    ActivityType = new ActivityType { Name = "act" },
                    TaskQueue = new TaskQueue { Name = "abandoned" },
                    StartToCloseTimeout = Duration.FromTimeSpan(TimeSpan.FromMinutes(5)),
                },
            }),
        },
    };
}
