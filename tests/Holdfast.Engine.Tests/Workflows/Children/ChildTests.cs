using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Tests.Traces;
using Holdfast.Engine.Workflows;
using Holdfast.Engine.Workflows.Children;
using Holdfast.Engine.Workflows.Lifecycle;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Sdk.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Tests.Workflows.Children;

public sealed class ChildTests
{
    private const string Parent = "parent";
    private const string Child = "child";

    private readonly Ledger ledger = new();

    [Fact]
    public void A_child_gets_its_first_workflow_task_once_its_parent_has_recorded_it()
    {
        ledger.Start(Parent);
        ledger.Turn(Parent, Say.StartChild(Child));
        Assert.Equal("5 StartChildWorkflowExecutionInitiated", ledger.History(Parent)[^1]);
        Assert.False(ledger.Exists(Child));

        ledger.Deliver(Assert.Single(ledger.Owed(Parent)));
        Assert.Equal(["1 WorkflowExecutionStarted"], ledger.History(Child));
        Assert.Null(ledger.Dispatched(Child));
        Assert.Equal(["6 ChildWorkflowExecutionStarted", "7 WorkflowTaskScheduled"], ledger.History(Parent)[5..]);

        ledger.Deliver();
        Assert.Equal(["1 WorkflowExecutionStarted", "2 WorkflowTaskScheduled"], ledger.History(Child));
        Assert.NotNull(ledger.Dispatched(Child));
        Assert.Empty(ledger.Owed(Parent));
        Assert.Empty(ledger.Owed(Child));
        var started = ledger.Event(Parent, EventType.ChildWorkflowExecutionStarted).ChildWorkflowExecutionStartedEventAttributes;
        Assert.Equal((5L, Child, ledger.Run(Child).Key.RunId), (started.InitiatedEventId, started.WorkflowExecution.WorkflowId, started.WorkflowExecution.RunId));
    }

    [Fact]
    public void A_child_that_reaches_its_parent_first_is_recorded_once()
    {
        ledger.Start(Parent);
        ledger.Turn(Parent, Say.StartChild(Child));
        var start = Assert.Single(ledger.Owed(Parent));
        var outcome = ledger.Ask(start.ToReceiver());

        ledger.Deliver(Assert.Single(ledger.Owed(Child)));
        Assert.Empty(ledger.Owed(Parent));
        Assert.Null(ledger.Decide(start.ToSender(outcome)).Run);

        Assert.Equal(["6 ChildWorkflowExecutionStarted", "7 WorkflowTaskScheduled"], ledger.History(Parent)[5..]);
    }

    [Fact]
    public void A_child_has_what_its_parent_gave_it_and_inherits_the_rest()
    {
        ledger.Start("grandparent", request => request.Priority = new Priority { PriorityKey = 4, FairnessKey = "acme" });
        ledger.Turn("grandparent", Say.StartChild(Parent));
        ledger.Deliver();
        var command = Say.StartChild(Child, child =>
        {
            child.Input = Say.Payload("in");
            child.Priority = new Priority { PriorityKey = 2 };
            child.WorkflowRunTimeout = Duration.FromTimeSpan(TimeSpan.FromMinutes(5));
            child.RetryPolicy = new RetryPolicy { MaximumAttempts = 3 };
            child.Memo = new Memo { Fields = { ["note"] = PayloadValues.Json("kept") } };
        });
        command.UserMetadata = new UserMetadata { Summary = PayloadValues.Json("what for") };
        ledger.Turn(Parent, command);
        ledger.Deliver();

        var initiated = ledger.Event(Parent, EventType.StartChildWorkflowExecutionInitiated);
        Assert.Equal(command.UserMetadata, initiated.UserMetadata);
        var attributes = initiated.StartChildWorkflowExecutionInitiatedEventAttributes;
        Assert.Equal(ParentClosePolicy.Terminate, attributes.ParentClosePolicy);
        Assert.Equal(WorkflowIdReusePolicy.AllowDuplicate, attributes.WorkflowIdReusePolicy);
        Assert.Equal(("default", Ledger.NamespaceId, 4L), (attributes.Namespace, attributes.NamespaceId, attributes.WorkflowTaskCompletedEventId));

        var child = ledger.Run(Child);
        Assert.Equal(command.UserMetadata, child.StartedEvent.UserMetadata);
        Assert.Equal("q", child.TaskQueue);
        Assert.Equal("child-type", child.WorkflowType);
        Assert.Equal(Say.Payload("in"), child.Started.Input);
        Assert.Equal(new Priority { PriorityKey = 2, FairnessKey = "acme" }, child.Started.Priority);
        Assert.Equal(TimeSpan.FromMinutes(5), child.Started.WorkflowRunTimeout.ToTimeSpan());
        Assert.Equal(TimeSpan.FromSeconds(10), child.Started.WorkflowTaskTimeout.ToTimeSpan());
        Assert.Equal(2, child.Started.RetryPolicy.BackoffCoefficient);
        Assert.Equal(PayloadValues.Json("kept"), child.Memo["note"]);
        Assert.Equal((Parent, ledger.Run(Parent).Key.RunId, initiated.EventId), (child.Started.ParentWorkflowExecution.WorkflowId, child.Started.ParentWorkflowExecution.RunId, child.Started.ParentInitiatedEventId));
        Assert.Equal(("grandparent", ledger.Run("grandparent").Key.RunId), (child.Started.RootWorkflowExecution.WorkflowId, child.Started.RootWorkflowExecution.RunId));
    }

    [Fact]
    public void The_parent_hears_of_a_completed_child()
    {
        StartBoth();
        ledger.Turn(Child, Say.CompleteWorkflow("42"));
        ledger.Deliver();

        var told = ledger.Event(Parent, EventType.ChildWorkflowExecutionCompleted).ChildWorkflowExecutionCompletedEventAttributes;
        Assert.Equal(Say.Payload("42"), told.Result);
        Assert.Equal((5L, 6L, ledger.Run(Child).Key.RunId), (told.InitiatedEventId, told.StartedEventId, told.WorkflowExecution.RunId));
        Assert.Equal(("child-type", "default"), (told.WorkflowType.Name, told.Namespace));
        Assert.Empty(ledger.Run(Parent).PendingChildren);
        Assert.NotNull(ledger.Dispatched(Parent));
    }

    [Fact]
    public void The_parent_hears_of_a_failed_child()
    {
        StartBoth();
        ledger.Turn(Child, Say.FailWorkflow("broken"));
        ledger.Deliver();

        var told = ledger.Event(Parent, EventType.ChildWorkflowExecutionFailed).ChildWorkflowExecutionFailedEventAttributes;
        Assert.Equal(("broken", RetryState.RetryPolicyNotSet, 5L, 6L), (told.Failure.Message, told.RetryState, told.InitiatedEventId, told.StartedEventId));
    }

    [Fact]
    public void The_parent_hears_of_a_cancelled_child()
    {
        StartBoth();
        ledger.Turn(Child, Say.CancelWorkflow());
        ledger.Deliver();

        var told = ledger.Event(Parent, EventType.ChildWorkflowExecutionCanceled).ChildWorkflowExecutionCanceledEventAttributes;
        Assert.Equal(Say.Payload("cancelled"), told.Details);
        Assert.Equal((5L, 6L), (told.InitiatedEventId, told.StartedEventId));
    }

    [Fact]
    public void The_parent_hears_of_a_terminated_child()
    {
        StartBoth();
        ledger.Terminate(Child);
        ledger.Deliver();

        var told = ledger.Event(Parent, EventType.ChildWorkflowExecutionTerminated).ChildWorkflowExecutionTerminatedEventAttributes;
        Assert.Equal((5L, 6L), (told.InitiatedEventId, told.StartedEventId));
    }

    [Fact]
    public void The_parent_hears_of_a_child_that_timed_out()
    {
        StartBoth(child => child.WorkflowRunTimeout = Duration.FromTimeSpan(TimeSpan.FromMinutes(1)));
        ledger.Advance(TimeSpan.FromMinutes(2));
        ledger.Deliver();

        var told = ledger.Event(Parent, EventType.ChildWorkflowExecutionTimedOut).ChildWorkflowExecutionTimedOutEventAttributes;
        Assert.Equal((RetryState.RetryPolicyNotSet, 5L, 6L), (told.RetryState, told.InitiatedEventId, told.StartedEventId));
    }

    [Fact]
    public void A_child_that_ends_before_its_parent_heard_of_it_is_told_as_started_and_ended()
    {
        ledger.Start(Parent);
        ledger.Turn(Parent, Say.StartChild(Child));
        ledger.Ask(Assert.Single(ledger.Owed(Parent)).ToReceiver());
        ledger.Terminate(Child);
        ledger.Deliver(Assert.Single(ledger.Owed(Child)));

        Assert.Equal(["6 ChildWorkflowExecutionStarted", "7 ChildWorkflowExecutionTerminated", "8 WorkflowTaskScheduled"], ledger.History(Parent)[5..]);
        Assert.Empty(ledger.Owed(Parent));
        Assert.Equal(6, ledger.Event(Parent, EventType.ChildWorkflowExecutionTerminated).ChildWorkflowExecutionTerminatedEventAttributes.StartedEventId);
    }

    [Fact]
    public void What_a_child_does_while_its_parent_decides_waits_and_is_linked_when_it_is_written()
    {
        ledger.Start(Parent);
        ledger.Turn(Parent, Say.StartChild(Child));
        ledger.Signal(Parent);
        var task = ledger.Poll(Parent);
        ledger.Deliver();
        ledger.Turn(Child, Say.CompleteWorkflow());
        ledger.Deliver();
        Assert.Equal("8 WorkflowTaskStarted", ledger.History(Parent)[^1]);

        ledger.Complete(task);

        Assert.Equal(
            ["9 WorkflowTaskCompleted", "10 ChildWorkflowExecutionStarted", "11 ChildWorkflowExecutionCompleted", "12 WorkflowTaskScheduled"],
            ledger.History(Parent)[8..]);
        Assert.Equal(10, ledger.Event(Parent, EventType.ChildWorkflowExecutionCompleted).ChildWorkflowExecutionCompletedEventAttributes.StartedEventId);
    }

    [Fact]
    public void A_child_that_started_while_its_parent_decided_knows_its_started_event_later()
    {
        ledger.Start(Parent);
        ledger.Turn(Parent, Say.StartChild(Child));
        ledger.Signal(Parent);
        var task = ledger.Poll(Parent);
        ledger.Deliver();
        ledger.Complete(task);
        ledger.Turn(Child, Say.CompleteWorkflow());
        ledger.Deliver();

        Assert.Equal(10, ledger.Event(Parent, EventType.ChildWorkflowExecutionStarted).EventId);
        Assert.Equal(10, ledger.Event(Parent, EventType.ChildWorkflowExecutionCompleted).ChildWorkflowExecutionCompletedEventAttributes.StartedEventId);
    }

    [Fact]
    public void Only_the_last_run_of_a_childs_chain_reports_to_the_parent()
    {
        StartBoth();
        ledger.Turn(Child, Say.ContinueAsNew());
        Assert.Empty(ledger.Run(Child).BufferedEvents);
        ledger.Deliver();
        Assert.Equal(7, ledger.History(Parent).Length);

        ledger.Advance(TimeSpan.FromSeconds(1));
        ledger.Turn(Child, Say.CompleteWorkflow());
        ledger.Deliver();

        var told = ledger.Event(Parent, EventType.ChildWorkflowExecutionCompleted).ChildWorkflowExecutionCompletedEventAttributes;
        Assert.Equal(ledger.Run(Child).Key.RunId, told.WorkflowExecution.RunId);
        Assert.NotEqual(told.WorkflowExecution.RunId, ledger.Event(Parent, EventType.ChildWorkflowExecutionStarted).ChildWorkflowExecutionStartedEventAttributes.WorkflowExecution.RunId);
    }

    [Fact]
    public void A_child_under_the_id_of_a_running_workflow_does_not_start()
    {
        var other = ledger.Start(Child);
        ledger.Start(Parent);
        ledger.Turn(Parent, Say.StartChild(Child));
        ledger.Deliver();

        var failed = ledger.Event(Parent, EventType.StartChildWorkflowExecutionFailed).StartChildWorkflowExecutionFailedEventAttributes;
        Assert.Equal((StartChildWorkflowExecutionFailedCause.WorkflowAlreadyExists, 5L, 4L, Child), (failed.Cause, failed.InitiatedEventId, failed.WorkflowTaskCompletedEventId, failed.WorkflowId));
        Assert.Equal("7 WorkflowTaskScheduled", ledger.History(Parent)[^1]);
        Assert.Empty(ledger.Run(Parent).PendingChildren);
        Assert.Equal(other, ledger.Run(Child).Key.RunId);
    }

    [Theory]
    [InlineData(WorkflowIdReusePolicy.Unspecified, false, true)]
    [InlineData(WorkflowIdReusePolicy.AllowDuplicate, false, true)]
    [InlineData(WorkflowIdReusePolicy.AllowDuplicateFailedOnly, false, false)]
    [InlineData(WorkflowIdReusePolicy.AllowDuplicateFailedOnly, true, true)]
    [InlineData(WorkflowIdReusePolicy.RejectDuplicate, true, false)]
    [InlineData(WorkflowIdReusePolicy.TerminateIfRunning, false, true)]
    public void A_child_takes_the_id_of_a_closed_workflow_as_its_reuse_policy_says(WorkflowIdReusePolicy policy, bool earlierFailed, bool starts)
    {
        ledger.Start(Child);
        ledger.Turn(Child, earlierFailed ? Say.FailWorkflow() : Say.CompleteWorkflow());
        ledger.Start(Parent);
        ledger.Turn(Parent, Say.StartChild(Child, child => child.WorkflowIdReusePolicy = policy));
        ledger.Deliver();

        Assert.Equal(starts, ledger.Run(Child).HasParent);
        Assert.Contains(starts ? "6 ChildWorkflowExecutionStarted" : "6 StartChildWorkflowExecutionFailed", ledger.History(Parent));
    }

    [Fact]
    public void A_child_may_take_the_place_of_a_running_workflow()
    {
        var earlier = ledger.Start(Child);
        ledger.Start(Parent);
        ledger.Turn(Parent, Say.StartChild(Child, child => child.WorkflowIdReusePolicy = WorkflowIdReusePolicy.TerminateIfRunning));
        ledger.Deliver();

        Assert.Equal(WorkflowExecutionStatus.Terminated, ledger.Run(Child, earlier).Status);
        Assert.True(ledger.Run(Child).HasParent);
        Assert.NotNull(ledger.Dispatched(Child));
    }

    [Fact]
    public void A_child_in_another_namespace_does_not_start()
    {
        ledger.Start(Parent);
        ledger.Turn(Parent, Say.StartChild(Child, child => child.Namespace = "elsewhere"));
        ledger.Deliver();

        var failed = ledger.Event(Parent, EventType.StartChildWorkflowExecutionFailed).StartChildWorkflowExecutionFailedEventAttributes;
        Assert.Equal((StartChildWorkflowExecutionFailedCause.NamespaceNotFound, "elsewhere"), (failed.Cause, failed.Namespace));
        Assert.False(ledger.Exists(Child));
    }

    [Fact]
    public void A_cron_child_waits_for_its_tick()
    {
        StartBoth(child => child.CronSchedule = "0 * * * *");
        Assert.Null(ledger.Dispatched(Child));
        Assert.Equal(["1 WorkflowExecutionStarted"], ledger.History(Child));

        ledger.Advance(TimeSpan.FromHours(1));

        Assert.NotNull(ledger.Dispatched(Child));
    }

    [Fact]
    public void A_closed_parent_terminates_its_children()
    {
        StartBoth();
        CloseParent();
        ledger.Deliver();

        Assert.Equal("3 WorkflowExecutionTerminated", ledger.History(Child)[^1]);
        var terminated = ledger.Event(Child, EventType.WorkflowExecutionTerminated).WorkflowExecutionTerminatedEventAttributes;
        Assert.Equal(("by parent close policy", "history-service"), (terminated.Reason, terminated.Identity));
        Assert.Empty(ledger.Owed(Parent));
    }

    [Fact]
    public void A_closed_parent_cancels_the_children_that_it_wanted_cancelled()
    {
        StartBoth(child => child.ParentClosePolicy = ParentClosePolicy.RequestCancel);
        CloseParent();
        ledger.Deliver();

        var requested = ledger.Event(Child, EventType.WorkflowExecutionCancelRequested).WorkflowExecutionCancelRequestedEventAttributes;
        Assert.Equal(("by parent close policy", "history-service", Parent), (requested.Cause, requested.Identity, requested.ExternalWorkflowExecution.WorkflowId));
        Assert.Equal(WorkflowExecutionStatus.Running, ledger.Run(Child).Status);
        Assert.Empty(ledger.Owed(Parent));
    }

    [Fact]
    public void A_child_that_was_asked_to_cancel_is_not_asked_again_by_its_parents_close()
    {
        StartBoth(child => child.ParentClosePolicy = ParentClosePolicy.RequestCancel);
        ledger.Ask(new RequestCancelWorkflow(Ledger.Target(Child), new RequestCancelWorkflowExecutionRequest()));
        CloseParent();
        ledger.Deliver();

        Assert.Single(ledger.History(Child), line => line.EndsWith("CancelRequested", StringComparison.Ordinal));
    }

    [Fact]
    public void An_abandoned_child_outlives_its_parent()
    {
        StartBoth(child => child.ParentClosePolicy = ParentClosePolicy.Abandon);
        CloseParent();
        Assert.Empty(ledger.Owed(Parent));

        ledger.Turn(Child, Say.CompleteWorkflow());
        ledger.Deliver();

        Assert.Equal(WorkflowExecutionStatus.Completed, ledger.Run(Child).Status);
        Assert.Empty(ledger.Owed(Child));
    }

    [Fact]
    public void The_parent_close_policy_reaches_the_run_that_the_child_continued_as()
    {
        StartBoth();
        ledger.Turn(Child, Say.ContinueAsNew());
        CloseParent();
        ledger.Deliver();

        Assert.Equal(WorkflowExecutionStatus.Terminated, ledger.Run(Child).Status);
    }

    [Fact]
    public void The_parent_close_policy_spares_a_stranger_under_the_childs_id()
    {
        StartBoth();
        ledger.Terminate(Child);
        ledger.Start(Child);
        CloseParent();
        ledger.Deliver();

        Assert.Equal(WorkflowExecutionStatus.Running, ledger.Run(Child).Status);
        Assert.Empty(ledger.Owed(Parent));
    }

    [Fact]
    public void Continuing_as_new_and_timing_out_close_a_parent_too()
    {
        ledger.Start(Parent, request => request.WorkflowRunTimeout = Duration.FromTimeSpan(TimeSpan.FromMinutes(1)));
        ledger.Turn(Parent, Say.StartChild(Child));
        ledger.Deliver();
        ledger.Turn(Parent, Say.StartChild("second"), Say.ContinueAsNew());
        ledger.Deliver();
        Assert.Equal(WorkflowExecutionStatus.Terminated, ledger.Run(Child).Status);

        ledger.Advance(TimeSpan.FromSeconds(1));
        ledger.Turn(Parent, Say.StartChild("third"));
        ledger.Deliver();
        ledger.Advance(TimeSpan.FromMinutes(2));
        ledger.Deliver();

        Assert.Equal(WorkflowExecutionStatus.TimedOut, ledger.Run(Parent).Status);
        Assert.Equal(WorkflowExecutionStatus.Terminated, ledger.Run("third").Status);
    }

    [Fact]
    public void A_parent_that_closes_at_once_starts_only_the_children_that_it_abandons()
    {
        ledger.Start(Parent);
        ledger.Turn(
            Parent,
            Say.StartChild("kept", child => child.ParentClosePolicy = ParentClosePolicy.Abandon),
            Say.StartChild("terminated"),
            Say.StartChild("cancelled", child => child.ParentClosePolicy = ParentClosePolicy.RequestCancel),
            Say.CompleteWorkflow());
        ledger.Deliver();

        Assert.NotNull(ledger.Dispatched("kept"));
        Assert.False(ledger.Exists("terminated"));
        Assert.False(ledger.Exists("cancelled"));
    }

    [Fact]
    public void A_closed_parent_does_not_insist_on_an_abandoned_child_that_cannot_start()
    {
        ledger.Start(Child);
        ledger.Start(Parent);
        ledger.Turn(Parent, Say.StartChild(Child, child => child.ParentClosePolicy = ParentClosePolicy.Abandon), Say.CompleteWorkflow());
        ledger.Deliver();

        Assert.False(ledger.Run(Child).HasParent);
        Assert.Empty(ledger.Owed(Parent));
    }

    [Theory]
    [InlineData(ParentClosePolicy.Terminate, false)]
    [InlineData(ParentClosePolicy.RequestCancel, false)]
    [InlineData(ParentClosePolicy.Abandon, true)]
    public void A_child_whose_parent_closed_before_it_heard_of_it_runs_only_if_it_is_abandoned(ParentClosePolicy policy, bool runs)
    {
        ledger.Start(Parent);
        ledger.Turn(Parent, Say.StartChild(Child, child => child.ParentClosePolicy = policy));
        ledger.Ask(Assert.Single(ledger.Owed(Parent)).ToReceiver());
        ledger.Terminate(Parent);
        ledger.Deliver();

        Assert.Equal(runs, ledger.Dispatched(Child) is not null);
        Assert.Equal(runs ? WorkflowExecutionStatus.Running : WorkflowExecutionStatus.Terminated, ledger.Run(Child).Status);
        Assert.Empty(ledger.Owed(Parent));
        Assert.Empty(ledger.Owed(Child));
    }

    [Fact]
    public void A_child_whose_parent_is_gone_altogether_begins()
    {
        ledger.Start(Parent);
        ledger.Turn(Parent, Say.StartChild(Child));
        ledger.Ask(Assert.Single(ledger.Owed(Parent)).ToReceiver());
        var told = Assert.Single(ledger.Owed(Child));

        ledger.Ask(told.ToSender(Refusal.WorkflowNotFound(Ledger.Target(Parent))));

        Assert.NotNull(ledger.Dispatched(Child));
    }

    public static TheoryData<string, Action<StartChildWorkflowExecutionCommandAttributes>> BadCommands => new()
    {
        { "BadStartChildExecutionAttributes: Required field WorkflowId is not set", child => child.WorkflowId = "" },
        { "BadStartChildExecutionAttributes: WorkflowId on StartChildWorkflowExecutionCommand exceeds", child => child.WorkflowId = new string('x', 1001) },
        { "BadStartChildExecutionAttributes: Required field WorkflowType is not set", child => child.WorkflowType = null },
        { "BadStartChildExecutionAttributes: Invalid WorkflowRunTimeout", child => child.WorkflowRunTimeout = new Duration { Seconds = -1 } },
        { "BadStartChildExecutionAttributes: Invalid retry policy", child => child.RetryPolicy = new RetryPolicy { BackoffCoefficient = 0.5 } },
        { "BadStartChildExecutionAttributes: Invalid CronSchedule", child => child.CronSchedule = "whenever" },
        { "BadStartChildExecutionAttributes: Invalid ParentClosePolicy", child => child.ParentClosePolicy = (ParentClosePolicy)99 },
        { "BadStartChildExecutionAttributes: Invalid WorkflowIdReusePolicy", child => child.WorkflowIdReusePolicy = (WorkflowIdReusePolicy)99 },
        { "BadStartChildExecutionAttributes: PriorityKey cannot be negative", child => child.Priority = new Priority { PriorityKey = -1 } },
        { "BadSearchAttributes: ", child => child.SearchAttributes = new SearchAttributes { IndexedFields = { ["Unknown"] = PayloadValues.Json("x") } } },
    };

    [Theory]
    [MemberData(nameof(BadCommands))]
    public void A_bad_command_fails_the_workflow_task(string problem, Action<StartChildWorkflowExecutionCommandAttributes> with)
    {
        ledger.Start(Parent);

        var refusal = ledger.Complete(ledger.Poll(Parent), Say.StartChild(Child, with)).Refusal!;

        Assert.Equal(RefusalCode.InvalidArgument, refusal.Code);
        Assert.StartsWith(problem, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["4 WorkflowTaskFailed"], ledger.History(Parent)[3..]);
    }

    [Fact]
    public void More_pending_children_than_the_limit_fail_the_workflow_task()
    {
        var small = new Ledger { Limits = EngineLimits.Default with { PendingChildren = 1 } };
        small.Start(Parent);

        var refusal = small.Complete(small.Poll(Parent), Say.StartChild("one"), Say.StartChild("two")).Refusal!;

        Assert.StartsWith("PendingChildWorkflowsLimitExceeded: ", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(small.Run(Parent).PendingChildren);
    }

    [Fact]
    public void An_input_over_the_size_limit_ends_the_parent()
    {
        var small = new Ledger { Limits = EngineLimits.Default with { BlobSizeError = 100, BlobSizeWarn = 50 } };
        small.Start(Parent);

        Assert.NotNull(small.Complete(small.Poll(Parent), Say.StartChild(Child, child => child.Input = Say.Payload(new string('x', 200)))).Refusal);

        Assert.Equal(WorkflowExecutionStatus.Terminated, small.Run(Parent).Status);
    }

    [Fact]
    public void A_delivery_is_one_with_every_other_of_its_kind_and_cause()
    {
        ledger.Start(Parent);
        ledger.Turn(Parent, Say.StartChild("one"), Say.StartChild("two"));
        var before = ledger.Owed(Parent);
        ledger.Signal(Parent);
        var after = ledger.Owed(Parent);

        Assert.Equal(before.ToList(), after.ToList());
        Assert.NotEqual(before[0], before[1]);
        Assert.All(before, delivery => Assert.IsType<StartChildDelivery>(delivery));
    }

    private void StartBoth(Action<StartChildWorkflowExecutionCommandAttributes>? with = null)
    {
        ledger.Start(Parent);
        ledger.Turn(Parent, Say.StartChild(Child, with));
        ledger.Deliver();
    }

    private void CloseParent() => ledger.Turn(Parent, Say.CompleteWorkflow());
}
