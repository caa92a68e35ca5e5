using Holdfast.Engine.Tests.Traces;
using Holdfast.Engine.Workflows.Updates;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using static Holdfast.Engine.Tests.Traces.RunTrace;

namespace Holdfast.Engine.Tests.Workflows.Updates;

public class UpdateWithStartTests
{
    [Fact]
    public void A_run_that_did_not_exist_is_started_and_gets_the_update_with_its_first_task()
    {
        var run = new RunTrace();
        var reply = run.Begin(Request("u")).Reply;
        Assert.True(reply.Start.Started);
        Assert.Equal(UpdateWorkflowExecutionLifecycleStage.Admitted, reply.Update.Stage);
        Assert.Equal("u", Assert.Single(run.StartTask().Head.Messages).ProtocolInstanceId);
    }

    [Fact]
    public void A_running_one_is_joined_where_the_policy_says_so()
    {
        var run = Started();
        var reply = run.Ask(Request("u", start => start.WorkflowIdConflictPolicy = WorkflowIdConflictPolicy.UseExisting)).Reply;
        Assert.Equal((false, run.State.Key.RunId), (reply.Start.Started, reply.Start.RunId));
        Assert.True(run.State.Updates.ContainsKey("u"));
    }

    [Fact]
    public void When_the_start_is_refused_the_update_is_aborted_and_nothing_happens()
    {
        var run = Started();
        var refusal = run.Ask(Request("u")).Refusal!;
        Assert.Equal(RefusalCode.AlreadyExists, refusal.Code);
        var statuses = Assert.IsType<MultiOperationExecutionFailure>(refusal.Detail).Statuses;
        Assert.Equal([(int)RefusalCode.AlreadyExists, (int)RefusalCode.Aborted], statuses.Select(s => s.Code));
        Assert.Empty(run.State.Updates);
    }

    [Fact]
    public void The_same_request_again_finds_the_same_run_and_the_same_update()
    {
        var run = new RunTrace();
        run.Begin(Request("u"));
        var again = run.Ask(Request("u", start => start.RequestId = "other")).Reply;
        Assert.Equal(run.State.Key.RunId, again.Start.RunId);
        Assert.Single(run.State.Updates);
    }

    private static UpdateWithStart Request(string updateId, Action<StartWorkflowExecutionRequest>? configure = null) => new(
        NamespaceId,
        StartRequest(start =>
        {
            start.RequestId = "with-update";
            configure?.Invoke(start);
        }),
        new UpdateWorkflowExecutionRequest
        {
            Request = new Request { Meta = new Meta { UpdateId = updateId }, Input = new Input { Name = "add" } },
        });
}
