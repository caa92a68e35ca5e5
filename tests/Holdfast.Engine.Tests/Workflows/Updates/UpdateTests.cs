using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Tests.Traces;
using Holdfast.Engine.Workflows.Updates;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Tests.Workflows.Updates;

public sealed class UpdateTests
{
    private const string Id = "order-1";

    private readonly Ledger ledger = new();

    [Fact]
    public void An_update_wakes_an_idle_workflow_and_leaves_no_event_until_it_is_accepted()
    {
        StartIdle();

        var admitted = Update("u1").Reply;
        Assert.Equal(UpdateWorkflowExecutionLifecycleStage.Admitted, admitted.Stage);
        Assert.Equal(4, ledger.History(Id).Length);
        var task = ledger.Poll(Id);
        Assert.Equal(4, ledger.History(Id).Length);

        var message = Assert.Single(task.Head.Messages);
        Assert.Equal("u1/request", message.Id);
        Assert.Equal("u1", message.ProtocolInstanceId);
        Assert.Equal(task.Head.StartedEventId - 1, message.EventId);
        Assert.Equal("change", message.Body.Unpack<Request>().Input.Name);

        Handle(task, Say.Accept("u1"), Say.Answer("u1"));
        Assert.Equal(
            ["5 WorkflowTaskScheduled", "6 WorkflowTaskStarted", "7 WorkflowTaskCompleted", "8 WorkflowExecutionUpdateAccepted", "9 WorkflowExecutionUpdateCompleted"],
            ledger.History(Id)[4..]);
        var accepted = ledger.Event(Id, EventType.WorkflowExecutionUpdateAccepted).WorkflowExecutionUpdateAcceptedEventAttributes;
        Assert.Equal(("u1", "u1/request", 5L, "change"), (accepted.ProtocolInstanceId, accepted.AcceptedRequestMessageId, accepted.AcceptedRequestSequencingEventId, accepted.AcceptedRequest.Input.Name));
        Assert.Equal(8, ledger.Event(Id, EventType.WorkflowExecutionUpdateCompleted).WorkflowExecutionUpdateCompletedEventAttributes.AcceptedEventId);
        Assert.Equal(Say.Payload("fine"), Status("u1").Outcome!.Success);
    }

    [Fact]
    public void A_rejected_update_leaves_no_trace_in_the_history_and_sends_the_worker_back()
    {
        StartIdle();
        Update("u1");

        var completion = ledger.Complete(ledger.Poll(Id), [Say.Reject("u1", "too late")], []).Reply;

        Assert.Equal(3, completion.Response.ResetHistoryEventId);
        Assert.Equal(4, ledger.History(Id).Length);
        Assert.Null(ledger.Dispatched(Id));
        Assert.Equal(UpdateWorkflowExecutionLifecycleStage.Completed, Status("u1").Stage);
        Assert.Equal("too late", Status("u1").Outcome!.Failure.Message);
    }

    [Fact]
    public void A_rejected_update_may_be_asked_again()
    {
        StartIdle();
        Update("u1");
        ledger.Complete(ledger.Poll(Id), [Say.Reject("u1")], []);

        Assert.Equal(UpdateWorkflowExecutionLifecycleStage.Admitted, Update("u1").Reply.Stage);
        Handle(ledger.Poll(Id), Say.Accept("u1"), Say.Answer("u1"));

        Assert.Equal(Say.Payload("fine"), Status("u1").Outcome!.Success);
    }

    [Fact]
    public void The_same_update_id_joins_the_update_at_whatever_stage_it_is()
    {
        StartIdle();
        Update("u1");
        var again = ledger.Decide(Request("u1"));
        Assert.Null(again.Run);
        Assert.Equal(UpdateWorkflowExecutionLifecycleStage.Admitted, again.Answer.Reply.Stage);

        Handle(ledger.Poll(Id), Say.Accept("u1"));
        Assert.Equal(UpdateWorkflowExecutionLifecycleStage.Accepted, Update("u1").Reply.Stage);
        Update("u2");
        Handle(ledger.Poll(Id), Say.Answer("u1"), Say.Accept("u2"));
        Assert.Equal(UpdateWorkflowExecutionLifecycleStage.Completed, Update("u1").Reply.Stage);

        Signal();
        ledger.Turn(Id, Say.CompleteWorkflow());
        Assert.Equal(Say.Payload("fine"), Update("u1").Reply.Outcome.Success);
        Assert.Equal("workflow execution already completed", Update("never-seen").Refusal!.Message);
    }

    [Fact]
    public void An_update_that_was_accepted_and_not_completed_fails_when_the_workflow_closes()
    {
        StartIdle();
        Update("u1");
        Handle(ledger.Poll(Id), Say.Accept("u1"));
        Signal();
        ledger.Turn(Id, Say.CompleteWorkflow());

        Assert.Equal(UpdateWorkflowExecutionLifecycleStage.Completed, Status("u1").Stage);
        Assert.Equal("AcceptedUpdateCompletedWorkflow", Status("u1").Outcome!.Failure.ApplicationFailureInfo.Type);
    }

    [Fact]
    public void An_update_that_the_workflow_never_accepted_is_aborted_by_its_close()
    {
        StartIdle();
        var task = SignalledTask();
        Update("u1");
        ledger.Complete(task, Say.CompleteWorkflow());

        Assert.Equal(RefusalCode.NotFound, Status("u1").Refusal!.Code);
        Assert.Equal("workflow update was aborted by closing workflow", Status("u1").Refusal!.Message);
    }

    [Fact]
    public void An_update_that_meets_a_continuing_workflow_should_be_tried_again_on_the_next_run()
    {
        StartIdle();
        var runId = ledger.Run(Id).Key.RunId;
        var task = SignalledTask();
        Update("u1");
        ledger.Complete(task, Say.ContinueAsNew());

        var refusal = UpdateStatus.Of(ledger.Run(Id, runId), "u1").Refusal!;
        Assert.Equal(RefusalCode.ResourceExhausted, refusal.Code);
        Assert.Equal(ResourceExhaustedCause.BusyWorkflow, Assert.IsType<ResourceExhaustedFailure>(refusal.Detail).Cause);
        Assert.Equal(UpdateWorkflowExecutionLifecycleStage.Admitted, Update("u1").Reply.Stage);
    }

    [Fact]
    public void A_worker_that_says_nothing_of_its_updates_does_not_know_updates()
    {
        StartIdle();
        Update("u1");
        ledger.Complete(ledger.Poll(Id));

        Assert.Equal("UnprocessedUpdate", Status("u1").Outcome!.Failure.ApplicationFailureInfo.Type);
        Assert.True(Status("u1").Outcome!.Failure.ApplicationFailureInfo.NonRetryable);
    }

    [Fact]
    public void A_heartbeat_leaves_the_updates_with_the_worker_that_has_them()
    {
        StartIdle();
        Update("u1");
        var next = ledger.Complete(ledger.Poll(Id), [], [], request =>
        {
            request.ForceCreateNewWorkflowTask = true;
            request.ReturnNewWorkflowTask = true;
        }).Reply.NextTask!;
        Assert.Empty(next.Head.Messages);

        Handle(next, Say.Accept("u1"), Say.Answer("u1"));
        Assert.Equal(UpdateWorkflowExecutionLifecycleStage.Completed, Status("u1").Stage);
    }

    [Fact]
    public void An_update_goes_out_again_when_its_worker_fails_the_task()
    {
        StartIdle();
        Update("u1");
        ledger.FailTask(ledger.Poll(Id));

        var second = ledger.Poll(Id);
        Assert.Equal("u1/request", Assert.Single(second.Head.Messages).Id);
        Assert.Equal(UpdateWorkflowExecutionLifecycleStage.Admitted, Status("u1").Stage);
    }

    [Fact]
    public void A_workflow_that_keeps_failing_refuses_updates_and_forgets_those_it_was_asked()
    {
        StartIdle();
        Update("u1");
        ledger.FailTask(ledger.Poll(Id));
        ledger.FailTask(ledger.Poll(Id));

        foreach (var refusal in new[] { Status("u1").Refusal!, Update("u1").Refusal!, Update("u2").Refusal! })
        {
            Assert.Equal(RefusalCode.FailedPrecondition, refusal.Code);
            Assert.IsType<WorkflowNotReadyFailure>(refusal.Detail);
        }

        Assert.Empty(ledger.Poll(Id).Head.Messages);
    }

    [Fact]
    public void Updates_of_one_instant_reach_the_worker_in_the_order_of_their_admission()
    {
        StartIdle();
        string[] asked = ["z", "a", "m", "b", "y"];
        foreach (var id in asked)
            Update(id);

        Assert.Equal(asked, ledger.Poll(Id).Head.Messages.Select(message => message.ProtocolInstanceId));
    }

    [Fact]
    public void An_update_that_comes_while_a_task_runs_is_handed_over_with_the_answer_to_it()
    {
        StartIdle();
        var task = SignalledTask();
        Update("u1");

        var next = ledger.Complete(task, [], [], request => request.ReturnNewWorkflowTask = true).Reply.NextTask!;

        Assert.Equal("u1", Assert.Single(next.Head.Messages).ProtocolInstanceId);
    }

    [Fact]
    public void An_acceptance_brings_an_update_back_that_the_server_does_not_know()
    {
        StartIdle();
        var task = SignalledTask();
        var request = Request("lost").Request.Request;

        Handle(task, Say.Accept("lost", request), Say.Answer("lost"));

        Assert.Equal(Say.Payload("fine"), Status("lost").Outcome!.Success);
        Assert.Equal(request, ledger.Event(Id, EventType.WorkflowExecutionUpdateAccepted).WorkflowExecutionUpdateAcceptedEventAttributes.AcceptedRequest);
    }

    public static TheoryData<string, Message> NonsenseMessages => new()
    {
        { "BadUpdateWorkflowExecutionMessage: update u9 not found", Say.Accept("u9") },
        { "BadUpdateWorkflowExecutionMessage: update u9 not found", Say.Answer("u9") },
        { "BadUpdateWorkflowExecutionMessage: update u1 received Response message while in state Sent", Say.Answer("u1") },
        { "BadUpdateWorkflowExecutionMessage: update u1 received message with nil body", new Message { Id = "m", ProtocolInstanceId = "u1" } },
        { "BadUpdateWorkflowExecutionMessage: message m names no update: protocol_instance_id is not set", new Message { Id = "m" } },
        {
            "BadUpdateWorkflowExecutionMessage: Message type type.googleapis.com/google.protobuf.Duration not supported",
            new Message { Id = "m", ProtocolInstanceId = "u1", Body = Any.Pack(new Duration()) }
        },
        {
            "BadUpdateWorkflowExecutionMessage: invalid Response message of update u1: outcome is not set",
            new Message { Id = "m", ProtocolInstanceId = "u1", Body = Any.Pack(new Response { Meta = new Meta { UpdateId = "u1" } }) }
        },
        {
            "BadUpdateWorkflowExecutionMessage: invalid Response message of update u1: meta.update_id is u2",
            new Message { Id = "m", ProtocolInstanceId = "u1", Body = Any.Pack(new Response { Meta = new Meta { UpdateId = "u2" }, Outcome = new Outcome { Success = new() } }) }
        },
    };

    [Theory]
    [MemberData(nameof(NonsenseMessages))]
    public void A_message_that_makes_no_sense_fails_the_workflow_task(string problem, IMessage nonsense)
    {
        StartIdle();
        Update("u1");

        var message = (Message)nonsense;
        var refusal = ledger.Complete(ledger.Poll(Id), [message], [Say.Send(message)]).Refusal!;

        Assert.Equal(RefusalCode.InvalidArgument, refusal.Code);
        Assert.Equal(problem, refusal.Message);
        Assert.Equal(
            WorkflowTaskFailedCause.BadUpdateWorkflowExecutionMessage,
            ledger.Event(Id, EventType.WorkflowTaskFailed).WorkflowTaskFailedEventAttributes.Cause);
        Assert.Equal("u1", Assert.Single(ledger.Poll(Id).Head.Messages).ProtocolInstanceId);
    }

    [Fact]
    public void A_message_that_cannot_be_read_fails_the_workflow_task()
    {
        StartIdle();
        Update("u1");
        var damaged = Say.Accept("u1");
        damaged.Body.Value = ByteString.CopyFrom(0x0a, 0xff);

        var refusal = ledger.Complete(ledger.Poll(Id), [damaged], [Say.Send(damaged)]).Refusal!;

        Assert.StartsWith("BadUpdateWorkflowExecutionMessage: update u1 received a message of type", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_update_is_accepted_once()
    {
        StartIdle();
        Update("u1");
        Handle(ledger.Poll(Id), Say.Accept("u1"));

        foreach (var message in new[] { Say.Accept("u1"), Say.Reject("u1") })
        {
            Signal();
            var refusal = ledger.Complete(ledger.Poll(Id), [message], [Say.Send(message)]).Refusal!;
            Assert.Contains("while in state Accepted", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_rejection_of_an_update_that_nobody_waits_for_is_taken_and_leaves_nothing()
    {
        StartIdle();
        Signal();
        Assert.Null(ledger.Complete(ledger.Poll(Id), [Say.Reject("u9")], []).Refusal);
        Assert.Empty(ledger.Run(Id).Updates);
    }

    [Fact]
    public void An_answer_over_the_size_limit_ends_the_run()
    {
        var small = new Ledger { Limits = EngineLimits.Default with { BlobSizeError = 100, BlobSizeWarn = 50 } };
        small.Start(Id);
        small.Turn(Id);
        small.Ask(Request("u1"));
        var task = small.Poll(Id);
        var (accept, answer) = (Say.Accept("u1"), Say.Answer("u1", new string('x', 200)));

        Assert.NotNull(small.Complete(task, [accept, answer], [Say.Send(accept), Say.Send(answer)]).Refusal);

        Assert.Equal(WorkflowExecutionStatus.Terminated, small.Run(Id).Status);
    }

    [Fact]
    public void More_updates_at_once_than_the_limit_are_refused()
    {
        StartIdle();
        for (var i = 0; i < 10; i++)
            Assert.Null(Update($"u{i}").Refusal);

        var refusal = Update("one-more").Refusal!;

        Assert.Equal(RefusalCode.ResourceExhausted, refusal.Code);
        Assert.Equal(ResourceExhaustedCause.ConcurrentLimit, Assert.IsType<ResourceExhaustedFailure>(refusal.Detail).Cause);
        Assert.Equal("limit on number of concurrent in-flight updates has been reached (10)", refusal.Message);
    }

    [Fact]
    public void Updates_in_flight_hold_a_limited_number_of_bytes()
    {
        var small = new Ledger { Limits = EngineLimits.Default with { UpdateBytesInFlight = 100 } };
        small.Start(Id);
        Assert.Null(small.Ask(Request("u1")).Refusal);
        Assert.Null(small.Ask(Request("u1")).Refusal);

        var refusal = small.Ask(Request("u2")).Refusal!;

        Assert.Equal(RefusalCode.ResourceExhausted, refusal.Code);
        Assert.Equal("limit on the total size of in-flight updates has been reached (100 bytes)", refusal.Message);
    }

    [Fact]
    public void A_message_that_makes_no_sense_undoes_the_rejections_before_it()
    {
        StartIdle();
        Update("u1");

        Assert.NotNull(ledger.Complete(ledger.Poll(Id), [Say.Reject("u1"), Say.Reject("u1")], []).Refusal);

        Assert.Equal("u1", Assert.Single(ledger.Poll(Id).Head.Messages).ProtocolInstanceId);
    }

    [Fact]
    public void An_update_waits_with_the_workflow_for_its_start()
    {
        ledger.Start(Id, request => request.WorkflowStartDelay = Duration.FromTimeSpan(TimeSpan.FromMinutes(1)));
        Update("u1");
        Assert.Null(ledger.Dispatched(Id));

        ledger.Advance(TimeSpan.FromMinutes(1));

        Assert.Single(ledger.Poll(Id).Head.Messages);
    }

    [Fact]
    public void A_run_takes_a_limited_number_of_updates_in_all()
    {
        var small = new Ledger { Limits = EngineLimits.Default with { UpdatesPerRun = 1 } };
        small.Start(Id);
        small.Turn(Id);
        small.Ask(Request("u1"));
        var task = small.Poll(Id);
        var (accept, answer) = (Say.Accept("u1"), Say.Answer("u1"));
        small.Complete(task, [accept, answer], [Say.Send(accept), Say.Send(answer)]);

        var refusal = small.Ask(Request("u2")).Refusal!;

        Assert.Equal(RefusalCode.FailedPrecondition, refusal.Code);
        Assert.Equal("limit on number of total updates has been reached (1)", refusal.Message);
    }

    [Fact]
    public void A_run_forgets_its_oldest_rejections()
    {
        StartIdle();
        for (var i = 0; i < 101; i++)
        {
            Update($"u{i}");
            ledger.Complete(ledger.Poll(Id), [Say.Reject($"u{i}")], []);
        }

        Assert.Equal("update \"u0\" not found", Status("u0").Refusal!.Message);
        Assert.Equal(UpdateWorkflowExecutionLifecycleStage.Completed, Status("u1").Stage);
        Assert.Equal(100, ledger.Run(Id).Updates.Count);
    }

    [Fact]
    public void An_update_without_an_id_gets_one()
    {
        StartIdle();
        var id = Update("").Reply.UpdateRef.UpdateId;
        Assert.NotEmpty(id);
        Assert.Equal(UpdateWorkflowExecutionLifecycleStage.Admitted, Status(id).Stage);
        Assert.Equal(id, Assert.Single(ledger.Poll(Id).Head.Messages).Body.Unpack<Request>().Meta.UpdateId);
    }

    [Fact]
    public void An_update_for_another_chain_or_a_missing_workflow_is_not_found()
    {
        StartIdle();
        var wrongChain = Request("u1");
        wrongChain.Request.FirstExecutionRunId = "another";
        Assert.Equal(RefusalCode.NotFound, ledger.Ask(wrongChain).Refusal!.Code);
        Assert.Equal(RefusalCode.NotFound, ledger.Ask(new UpdateWorkflow(Ledger.Target("missing"), Request("u1").Request)).Refusal!.Code);
    }

    [Fact]
    public void An_update_without_a_name_is_refused()
    {
        StartIdle();
        var nameless = Request("u1");
        nameless.Request.Request.Input.Name = "";
        Assert.Equal(RefusalCode.InvalidArgument, ledger.Ask(nameless).Refusal!.Code);
        Assert.Equal(RefusalCode.InvalidArgument, ledger.Ask(new UpdateWorkflow(Ledger.Target(Id), new UpdateWorkflowExecutionRequest())).Refusal!.Code);
    }

    private void StartIdle()
    {
        ledger.Start(Id);
        ledger.Turn(Id);
    }

    private Answer<UpdateWorkflowExecutionResponse> Update(string updateId) => ledger.Ask(Request(updateId));

    private UpdateStatus Status(string updateId) => UpdateStatus.Of(ledger.Run(Id), updateId);

    private void Signal() => ledger.Signal(Id);

    private WorkflowTaskStart SignalledTask()
    {
        Signal();
        return ledger.Poll(Id);
    }

    private void Handle(WorkflowTaskStart task, params Message[] messages) =>
        Assert.Null(ledger.Complete(task, messages, messages.Select(Say.Send)).Refusal);

    private static UpdateWorkflow Request(string updateId) => new(Ledger.Target(Id), new UpdateWorkflowExecutionRequest
    {
        Request = new Request
        {
            Meta = new Meta { UpdateId = updateId, Identity = "client" },
            Input = new Input { Name = "change", Args = Say.Payload("green") },
        },
    });
}
