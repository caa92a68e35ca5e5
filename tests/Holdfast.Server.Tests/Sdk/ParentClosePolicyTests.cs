using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>What becomes of children when their parent ends, in whatever way it ends.</summary>
public class ParentClosePolicyTests
{
    public enum End
    {
        Complete,
        Fail,
        Cancel,
        Terminate,
        TimeOut,
        ContinueAsNew,
    }

    [Theory]
    [InlineData(End.Complete, false)]
    [InlineData(End.Complete, true)]
    [InlineData(End.Fail, false)]
    [InlineData(End.Cancel, false)]
    [InlineData(End.Terminate, false)]
    [InlineData(End.Terminate, true)]
    [InlineData(End.TimeOut, false)]
    [InlineData(End.TimeOut, true)]
    [InlineData(End.ContinueAsNew, false)]
    [InlineData(End.ContinueAsNew, true)]
    public async Task Children_are_terminated_asked_to_stop_or_left_alone(End end, bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Parent>().AddWorkflow<Conversation>(), async () =>
        {
            var options = server.Options();
            if (end == End.TimeOut)
                options.RunTimeout = TimeSpan.FromSeconds(2);
            var parent = await server.Client.StartWorkflowAsync((Parent wf) => wf.RunAsync(false), options);
            Assert.True(await parent.ExecuteUpdateAsync(wf => wf.ReadyAsync()));
            await EndAsync(parent, end);
            if (crash)
                await server.CrashAndRestartAsync();

            var terminated = await EndOfAsync(server, $"{parent.Id}-Terminate");
            Assert.Equal("by parent close policy", Assert.IsType<TerminatedFailureException>(terminated).Message);
            Assert.IsType<CanceledFailureException>(await EndOfAsync(server, $"{parent.Id}-RequestCancel"));
            var abandoned = server.Client.GetWorkflowHandle<Conversation, string>($"{parent.Id}-Abandon");
            await abandoned.SignalAsync(wf => wf.SayAsync("alone"));
            await abandoned.SignalAsync(wf => wf.EndAsync());
            Assert.Equal("alone", await abandoned.GetResultAsync());
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_deleted_parent_is_gone_once_its_children_have_heard_of_it(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Parent>().AddWorkflow<Conversation>(), async () =>
        {
            var parent = await server.Client.StartWorkflowAsync((Parent wf) => wf.RunAsync(false), server.Options());
            Assert.True(await parent.ExecuteUpdateAsync(wf => wf.ReadyAsync()));
            await server.Client.WorkflowService.DeleteWorkflowExecutionAsync(new()
            {
                Namespace = "default",
                WorkflowExecution = new() { WorkflowId = parent.Id, RunId = parent.ResultRunId },
            });
            if (crash)
                await server.CrashAndRestartAsync();

            Assert.IsType<TerminatedFailureException>(await EndOfAsync(server, $"{parent.Id}-Terminate"));
            Assert.IsType<CanceledFailureException>(await EndOfAsync(server, $"{parent.Id}-RequestCancel"));
            await GoneAsync(parent);
            var abandoned = server.Client.GetWorkflowHandle<Conversation, string>($"{parent.Id}-Abandon");
            await abandoned.SignalAsync(wf => wf.EndAsync());
            await abandoned.GetResultAsync();
        });
    }

    private static async Task GoneAsync(WorkflowHandle workflow)
    {
        // Nothing tells a client that a workflow is gone, so it asks; the worker's time limit ends this if it never is.
        while (true)
        {
            try
            {
                await workflow.DescribeAsync();
            }
            catch (RpcException e) when (e.Code == RpcException.StatusCode.NotFound)
            {
                return;
            }
        }
    }

    [Fact]
    public async Task A_child_that_was_abandoned_at_once_is_started_all_the_same()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(worker => worker.AddWorkflow<Careless>().AddWorkflow<Conversation>(), async () =>
        {
            var parent = await server.Client.StartWorkflowAsync((Careless wf) => wf.RunAsync(), server.Options());
            await parent.GetResultAsync();
            await server.CrashAndRestartAsync();
            var options = server.Options($"{parent.Id}-child");
            options.IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting;
            options.SignalWithStart((Conversation wf) => wf.EndAsync());
            var child = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), options);
            Assert.Equal("", await child.GetResultAsync());
        });
    }

    private static Task EndAsync(WorkflowHandle<Parent> parent, End end) => end switch
    {
        End.Complete or End.Fail or End.ContinueAsNew => parent.SignalAsync(wf => wf.EndAsync(end)),
        End.Cancel => parent.CancelAsync(),
        End.Terminate => parent.TerminateAsync(),
        _ => Task.CompletedTask,
    };

    private static async Task<Exception?> EndOfAsync(SdkServer server, string workflowId) =>
        (await Assert.ThrowsAsync<WorkflowFailedException>(() => server.Client.GetWorkflowHandle(workflowId).GetResultAsync())).InnerException;

    [Workflow]
    public class Parent
    {
        private bool ready;
        private End? end;

        [WorkflowRun]
        public async Task RunAsync(bool second)
        {
            if (second)
                await Workflow.WaitConditionAsync(() => false);

            foreach (var policy in Enum.GetValues<Temporalio.Workflows.ParentClosePolicy>().Where(policy => policy != Temporalio.Workflows.ParentClosePolicy.None))
            {
                await Workflow.StartChildWorkflowAsync(
                    (Conversation wf) => wf.RunAsync(),
                    new()
                    {
                        Id = $"{Workflow.Info.WorkflowId}-{policy}",
                        ParentClosePolicy = policy,

                        // Else the SDK itself would cancel the children of a parent that is cancelled.
                        CancellationToken = CancellationToken.None,
                    });
            }

            ready = true;
            await Workflow.WaitConditionAsync(() => end is not null && Workflow.AllHandlersFinished);
            if (end == End.Fail)
                throw new ApplicationFailureException("failed");
            if (end == End.ContinueAsNew)
                throw Workflow.CreateContinueAsNewException((Parent wf) => wf.RunAsync(true));
        }

        [WorkflowUpdate]
        public async Task<bool> ReadyAsync()
        {
            await Workflow.WaitConditionAsync(() => ready);
            return true;
        }

        [WorkflowSignal]
        public Task EndAsync(End how)
        {
            end = how;
            return Task.CompletedTask;
        }
    }

    [Workflow]
    public class Careless
    {
        [WorkflowRun]
        public Task RunAsync()
        {
            _ = Workflow.StartChildWorkflowAsync(
                (Conversation wf) => wf.RunAsync(),
                new() { Id = $"{Workflow.Info.WorkflowId}-child", ParentClosePolicy = Temporalio.Workflows.ParentClosePolicy.Abandon });
            return Task.CompletedTask;
        }
    }
}
