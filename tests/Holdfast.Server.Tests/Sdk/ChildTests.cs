using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Child workflows: the parent learns once what became of them, whatever happens to the server meanwhile.</summary>
public class ChildTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_parent_gets_the_result_of_its_child(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await WithFamilyAsync(server, async () =>
        {
            var parent = await StartAsync(server, new());
            await parent.WaitForAsync(EventType.ChildWorkflowExecutionStarted);
            if (crash)
                await server.CrashAndRestartAsync();
            await Child(server, parent).SignalAsync(wf => wf.SayAsync("hello"));
            await Child(server, parent).SignalAsync(wf => wf.EndAsync());
            Assert.Equal("completed: hello", await parent.GetResultAsync());
        });
    }

    [Fact]
    public async Task Describe_names_parent_child_and_root()
    {
        await using var server = await SdkServer.StartAsync();
        await WithFamilyAsync(server, async () =>
        {
            var parent = await StartAsync(server, new());
            await parent.WaitForAsync(EventType.ChildWorkflowExecutionStarted);
            var child = await Child(server, parent).DescribeAsync();
            Assert.Equal((parent.Id, parent.ResultRunId), (child.ParentId, child.ParentRunId));
            Assert.Equal(parent.Id, (await Child(server, parent).DescribeAllAsync()).WorkflowExecutionInfo.RootExecution.WorkflowId);
            Assert.Equal("of the family", await child.GetStaticSummaryAsync());

            var pending = Assert.Single((await parent.DescribeAllAsync()).PendingChildren);
            Assert.Equal((child.Id, child.RunId, "Conversation"), (pending.WorkflowId, pending.RunId, pending.WorkflowTypeName));
            Assert.Equal(Temporalio.Api.Enums.V1.ParentClosePolicy.Abandon, pending.ParentClosePolicy);
            Assert.Single(await server.Client.ListWorkflowsAsync($"ParentWorkflowId = '{parent.Id}'").ToListAsync());

            await Child(server, parent).TerminateAsync();
            await parent.GetResultAsync();
            Assert.Empty((await parent.DescribeAllAsync()).PendingChildren);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_parent_sees_the_failure_of_its_child(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await WithFamilyAsync(server, async () =>
        {
            var parent = await StartAsync(server, new());
            await parent.WaitForAsync(EventType.ChildWorkflowExecutionStarted);
            await Child(server, parent).SignalAsync(wf => wf.FailAsync());
            if (crash)
                await server.CrashAndRestartAsync();
            Assert.Equal("failed: It went wrong.", await parent.GetResultAsync());
        });
    }

    [Fact]
    public async Task A_parent_sees_that_its_child_was_cancelled_terminated_or_timed_out()
    {
        await using var server = await SdkServer.StartAsync();
        await WithFamilyAsync(server, async () =>
        {
            var cancelled = await StartAsync(server, new());
            await cancelled.WaitForAsync(EventType.ChildWorkflowExecutionStarted);
            await Child(server, cancelled).CancelAsync();
            var terminated = await StartAsync(server, new());
            await terminated.WaitForAsync(EventType.ChildWorkflowExecutionStarted);
            await Child(server, terminated).TerminateAsync();
            var timedOut = await StartAsync(server, new(RunTimeoutSeconds: 1));

            Assert.Equal("canceled", await cancelled.GetResultAsync());
            Assert.Equal("terminated", await terminated.GetResultAsync());
            Assert.Equal("timed out", await timedOut.GetResultAsync());
        });
    }

    [Fact]
    public async Task A_child_whose_id_is_taken_is_not_started()
    {
        await using var server = await SdkServer.StartAsync();
        await WithFamilyAsync(server, async () =>
        {
            var options = server.Options();
            var squatter = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options($"{options.Id}-child"));
            var plan = new Parent.Plan();
            var parent = await server.Client.StartWorkflowAsync((Parent wf) => wf.RunAsync(plan), options);
            Assert.Equal($"already started: {squatter.Id}", await parent.GetResultAsync());
            Assert.Equal(WorkflowExecutionStatus.Running, (await squatter.DescribeAsync()).Status);
            Assert.Contains(EventType.StartChildWorkflowExecutionFailed, await parent.EventTypesAsync());
        });
    }

    [Fact]
    public async Task A_parent_may_signal_its_child()
    {
        await using var server = await SdkServer.StartAsync();
        await WithFamilyAsync(server, async () =>
        {
            var parent = await StartAsync(server, new(Signals: true));
            Assert.Equal("completed: from the parent", await parent.GetResultAsync());
        });
    }

    [Theory]
    [InlineData(ChildWorkflowCancellationType.Abandon, false)]
    [InlineData(ChildWorkflowCancellationType.Abandon, true)]
    [InlineData(ChildWorkflowCancellationType.TryCancel, false)]
    [InlineData(ChildWorkflowCancellationType.TryCancel, true)]
    [InlineData(ChildWorkflowCancellationType.WaitCancellationRequested, false)]
    [InlineData(ChildWorkflowCancellationType.WaitCancellationRequested, true)]
    [InlineData(ChildWorkflowCancellationType.WaitCancellationCompleted, false)]
    [InlineData(ChildWorkflowCancellationType.WaitCancellationCompleted, true)]
    public async Task A_parent_that_cancels_its_child_waits_as_its_cancellation_type_says(ChildWorkflowCancellationType type, bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Cancelling>().AddWorkflow<Reluctant>(), async () =>
        {
            var parent = await server.Client.StartWorkflowAsync((Cancelling wf) => wf.RunAsync(type), server.Options());
            var child = server.Client.GetWorkflowHandle<Reluctant>($"{parent.Id}-child");
            await parent.WaitForAsync(EventType.ChildWorkflowExecutionStarted);
            await parent.SignalAsync(wf => wf.CancelChildAsync());
            if (crash)
                await server.CrashAndRestartAsync();

            // The SDK waits for the child's end in either case, although it has been told that the request arrived.
            if (type is ChildWorkflowCancellationType.WaitCancellationRequested or ChildWorkflowCancellationType.WaitCancellationCompleted)
            {
                await child.WaitForAsync(EventType.WorkflowExecutionCancelRequested);
                await parent.WaitForAsync(EventType.ExternalWorkflowExecutionCancelRequested);
                Assert.Equal(WorkflowExecutionStatus.Running, (await parent.DescribeAsync()).Status);
                await child.SignalAsync(wf => wf.GiveInAsync());
                Assert.Equal("canceled", await parent.GetResultAsync());
            }
            else
            {
                Assert.Equal("canceled", await parent.GetResultAsync());
                Assert.Equal(WorkflowExecutionStatus.Running, (await child.DescribeAsync()).Status);
                if (type == ChildWorkflowCancellationType.Abandon)
                {
                    Assert.DoesNotContain(EventType.WorkflowExecutionCancelRequested, await child.EventTypesAsync());
                    return;
                }

                await child.WaitForAsync(EventType.WorkflowExecutionCancelRequested);
                await child.SignalAsync(wf => wf.GiveInAsync());
            }

            var ended = await Assert.ThrowsAsync<WorkflowFailedException>(() => child.GetResultAsync());
            Assert.IsType<CanceledFailureException>(ended.InnerException);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_child_that_continues_as_new_or_retries_reports_at_the_end_of_its_chain(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<ParentOfChains>().AddWorkflow<Counting>().AddWorkflow<ThirdTime>(), async () =>
        {
            var parent = await server.Client.StartWorkflowAsync((ParentOfChains wf) => wf.RunAsync(), server.Options());
            if (crash)
            {
                await parent.WaitForAsync(EventType.ChildWorkflowExecutionStarted);
                await server.CrashAndRestartAsync();
            }

            Assert.Equal("counted to 2, attempt 3", await parent.GetResultAsync());
            var types = await parent.EventTypesAsync();
            Assert.Equal(2, types.Count(type => type == EventType.ChildWorkflowExecutionStarted));
            Assert.Equal(2, types.Count(type => type == EventType.ChildWorkflowExecutionCompleted));
        });
    }

    [Fact]
    public async Task Many_children_of_one_parent_all_report_though_the_server_crashes_in_the_middle()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<ManyChildren>().AddWorkflow<Echo>(), async () =>
        {
            var parent = await server.Client.StartWorkflowAsync((ManyChildren wf) => wf.RunAsync(50), server.Options());
            await parent.WaitForAsync(EventType.ChildWorkflowExecutionCompleted);
            await server.CrashAndRestartAsync();
            Assert.Equal(Enumerable.Range(0, 50).Sum(), await parent.GetResultAsync());
        });
    }

    private static Task WithFamilyAsync(SdkServer server, Func<Task> test) =>
        server.WithWorkerAsync(worker => worker.AddWorkflow<Parent>().AddWorkflow<Conversation>(), test);

    private static Task<WorkflowHandle<Parent, string>> StartAsync(SdkServer server, Parent.Plan plan) =>
        server.Client.StartWorkflowAsync((Parent wf) => wf.RunAsync(plan), server.Options());

    private static WorkflowHandle<Conversation, string> Child(SdkServer server, WorkflowHandle parent) =>
        server.Client.GetWorkflowHandle<Conversation, string>($"{parent.Id}-child");

    [Workflow]
    public class Parent
    {
        public record Plan(int RunTimeoutSeconds = 0, bool Signals = false);

        [WorkflowRun]
        public async Task<string> RunAsync(Plan plan)
        {
            try
            {
                var child = await Workflow.StartChildWorkflowAsync(
                    (Conversation wf) => wf.RunAsync(),
                    new()
                    {
                        Id = $"{Workflow.Info.WorkflowId}-child",
                        RunTimeout = plan.RunTimeoutSeconds > 0 ? TimeSpan.FromSeconds(plan.RunTimeoutSeconds) : null,
                        ParentClosePolicy = Temporalio.Workflows.ParentClosePolicy.Abandon,
                        StaticSummary = "of the family",
                    });
                if (plan.Signals)
                {
                    await child.SignalAsync(wf => wf.SayAsync("from the parent"));
                    await child.SignalAsync(wf => wf.EndAsync());
                }

                return $"completed: {await child.GetResultAsync()}";
            }
            catch (WorkflowAlreadyStartedException taken)
            {
                return $"already started: {taken.WorkflowId}";
            }
            catch (ChildWorkflowFailureException failed)
            {
                return failed.InnerException switch
                {
                    ApplicationFailureException why => $"failed: {why.Message}",
                    CanceledFailureException => "canceled",
                    TerminatedFailureException => "terminated",
                    TimeoutFailureException => "timed out",
                    var other => $"{other}",
                };
            }
        }
    }

    [Workflow]
    public class Cancelling
    {
        private bool cancel;

        [WorkflowRun]
        public async Task<string> RunAsync(ChildWorkflowCancellationType type)
        {
            using var cancellation = new CancellationTokenSource();
            var child = await Workflow.StartChildWorkflowAsync(
                (Reluctant wf) => wf.RunAsync(),
                new()
                {
                    Id = $"{Workflow.Info.WorkflowId}-child",
                    CancellationType = type,
                    CancellationToken = cancellation.Token,
                    ParentClosePolicy = Temporalio.Workflows.ParentClosePolicy.Abandon,
                });
            await Workflow.WaitConditionAsync(() => cancel);
            cancellation.Cancel();
            try
            {
                await child.GetResultAsync();
                return "completed";
            }
            catch (ChildWorkflowFailureException failed) when (TemporalException.IsCanceledException(failed))
            {
                return "canceled";
            }
        }

        [WorkflowSignal]
        public Task CancelChildAsync()
        {
            cancel = true;
            return Task.CompletedTask;
        }
    }

    /// <summary>Ends some time after it was cancelled.</summary>
    [Workflow]
    public class Reluctant
    {
        private bool giveIn;

        [WorkflowRun]
        public async Task RunAsync()
        {
            try
            {
                await Workflow.DelayAsync(TimeSpan.FromHours(1));
            }
            catch (OperationCanceledException)
            {
                await Workflow.WaitConditionAsync(() => giveIn, CancellationToken.None);
                throw;
            }
        }

        [WorkflowSignal]
        public Task GiveInAsync()
        {
            giveIn = true;
            return Task.CompletedTask;
        }
    }

    [Workflow]
    public class ParentOfChains
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            var counting = Workflow.ExecuteChildWorkflowAsync(
                (Counting wf) => wf.RunAsync(0), new() { Id = $"{Workflow.Info.WorkflowId}-counting" });
            var trying = Workflow.ExecuteChildWorkflowAsync(
                (ThirdTime wf) => wf.RunAsync(),
                new() { RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(1), BackoffCoefficient = 1, MaximumAttempts = 3 } });
            return $"counted to {await counting}, attempt {await trying}";
        }
    }

    [Workflow]
    public class Counting
    {
        [WorkflowRun]
        public Task<int> RunAsync(int count) => count < 2
            ? throw Workflow.CreateContinueAsNewException((Counting wf) => wf.RunAsync(count + 1))
            : Task.FromResult(count);
    }

    [Workflow]
    public class ThirdTime
    {
        [WorkflowRun]
        public Task<int> RunAsync() => Workflow.Info.Attempt < 3
            ? throw new ApplicationFailureException("not yet")
            : Task.FromResult(Workflow.Info.Attempt);
    }

    [Workflow]
    public class ManyChildren
    {
        [WorkflowRun]
        public async Task<int> RunAsync(int count)
        {
            var results = await Workflow.WhenAllAsync(
                Enumerable.Range(0, count).Select(number => Workflow.ExecuteChildWorkflowAsync((Echo wf) => wf.RunAsync(number))));
            return results.Sum();
        }
    }

    [Workflow]
    public class Echo
    {
        [WorkflowRun]
        public Task<int> RunAsync(int number) => Task.FromResult(number);
    }
}
