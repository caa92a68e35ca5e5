using Holdfast.Engine.Tests.Traces;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Tests.Workflows.Externals;

public sealed class ExternalTests
{
    private const string Sender = "sender";
    private const string Receiver = "receiver";

    private readonly Ledger ledger = new();

    [Fact]
    public void A_signal_reaches_another_workflow_and_its_sender_hears_so()
    {
        ledger.Start(Receiver);
        ledger.Turn(Receiver);
        ledger.Start(Sender);
        ledger.Turn(Sender, Say.SignalExternal(Receiver, signal => signal.Header = new Header { Fields = { ["trace"] = new Payload() } }));
        Assert.Equal("5 SignalExternalWorkflowExecutionInitiated", ledger.History(Sender)[^1]);
        ledger.Deliver();

        Assert.Equal(["5 WorkflowExecutionSignaled", "6 WorkflowTaskScheduled"], ledger.History(Receiver)[4..]);
        var signaled = ledger.Event(Receiver, EventType.WorkflowExecutionSignaled).WorkflowExecutionSignaledEventAttributes;
        Assert.Equal(("poke", Say.Payload("hello"), "history-service"), (signaled.SignalName, signaled.Input, signaled.Identity));
        Assert.Equal((Sender, ledger.Run(Sender).Key.RunId), (signaled.ExternalWorkflowExecution.WorkflowId, signaled.ExternalWorkflowExecution.RunId));
        Assert.True(signaled.Header.Fields.ContainsKey("trace"));

        Assert.Equal(["6 ExternalWorkflowExecutionSignaled", "7 WorkflowTaskScheduled"], ledger.History(Sender)[5..]);
        var told = ledger.Event(Sender, EventType.ExternalWorkflowExecutionSignaled).ExternalWorkflowExecutionSignaledEventAttributes;
        Assert.Equal((5L, Receiver, "default"), (told.InitiatedEventId, told.WorkflowExecution.WorkflowId, told.Namespace));
        Assert.Empty(ledger.Run(Sender).PendingSignals);
    }

    [Fact]
    public void What_a_worker_marks_a_message_with_is_found_in_its_event()
    {
        ledger.Start(Sender);
        ledger.Turn(Sender, Say.SignalExternal(Receiver, signal => signal.Control = "mark"));
        Assert.Equal("mark", ledger.Event(Sender, EventType.SignalExternalWorkflowExecutionInitiated).SignalExternalWorkflowExecutionInitiatedEventAttributes.Control);
    }

    [Fact]
    public void Signals_to_one_workflow_arrive_in_the_order_in_which_they_were_sent()
    {
        ledger.Start(Receiver);
        ledger.Start(Sender);
        var sent = Enumerable.Range(0, 20).Select(i => Say.SignalExternal(Receiver, signal => signal.SignalName = $"s{i}")).ToArray();
        ledger.Turn(Sender, sent);

        Assert.Equal(Enumerable.Range(5, 20).Select(id => (long)id), ledger.Owed(Sender).Select(delivery => delivery.EventId));
    }

    /// <summary>A missing workflow, itself, itself under another run id, a closed workflow, another run, no child of its.</summary>
    public static TheoryData<Command, bool> UnreachableSignals => new()
    {
        { Say.SignalExternal("missing"), false },
        { Say.SignalExternal(Sender), false },
        { Say.SignalExternal(Sender, signal => signal.Execution.RunId = "another"), false },
        { Say.SignalExternal(Receiver), true },
        { Say.SignalExternal(Receiver, signal => signal.Execution.RunId = "another"), false },
        { Say.SignalExternal(Receiver, signal => signal.ChildWorkflowOnly = true), false },
    };

    [Theory]
    [MemberData(nameof(UnreachableSignals))]
    public void A_signal_that_reaches_nobody_fails_as_not_found(Command command, bool receiverClosed)
    {
        ledger.Start(Receiver);
        if (receiverClosed)
            CloseReceiver();
        ledger.Start(Sender);
        ledger.Turn(Sender, command);
        ledger.Deliver();

        var failed = ledger.Event(Sender, EventType.SignalExternalWorkflowExecutionFailed).SignalExternalWorkflowExecutionFailedEventAttributes;
        Assert.Equal((SignalExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound, 5L, 4L), (failed.Cause, failed.InitiatedEventId, failed.WorkflowTaskCompletedEventId));
        Assert.Equal("7 WorkflowTaskScheduled", ledger.History(Sender)[^1]);
        Assert.Empty(ledger.Owed(Sender));
    }

    [Fact]
    public void A_signal_to_a_workflow_that_had_too_many_fails_for_that_reason()
    {
        var small = new Ledger { Limits = EngineLimits.Default with { SignalsPerRun = 1 } };
        small.Start(Receiver);
        small.Signal(Receiver);
        small.Start(Sender);
        small.Turn(Sender, Say.SignalExternal(Receiver));
        small.Deliver();

        Assert.Equal(
            SignalExternalWorkflowExecutionFailedCause.SignalCountLimitExceeded,
            small.Event(Sender, EventType.SignalExternalWorkflowExecutionFailed).SignalExternalWorkflowExecutionFailedEventAttributes.Cause);
    }

    [Fact]
    public void Another_namespace_is_out_of_reach()
    {
        ledger.Start(Receiver);
        ledger.Start(Sender);
        ledger.Turn(
            Sender,
            Say.SignalExternal(Receiver, signal => signal.Namespace = "elsewhere"),
            Say.CancelExternal(Receiver, cancel => cancel.Namespace = "elsewhere"));
        ledger.Deliver();

        Assert.Equal(
            SignalExternalWorkflowExecutionFailedCause.NamespaceNotFound,
            ledger.Event(Sender, EventType.SignalExternalWorkflowExecutionFailed).SignalExternalWorkflowExecutionFailedEventAttributes.Cause);
        Assert.Equal(
            CancelExternalWorkflowExecutionFailedCause.NamespaceNotFound,
            ledger.Event(Sender, EventType.RequestCancelExternalWorkflowExecutionFailed).RequestCancelExternalWorkflowExecutionFailedEventAttributes.Cause);
        Assert.Equal(2, ledger.History(Receiver).Length);
    }

    [Fact]
    public void A_workflow_signals_and_cancels_its_own_child()
    {
        ledger.Start(Sender);
        ledger.Turn(Sender, Say.StartChild("child"));
        ledger.Deliver();
        ledger.Turn(
            Sender,
            Say.SignalExternal("child", signal => signal.ChildWorkflowOnly = true),
            Say.CancelExternal("child", cancel => cancel.ChildWorkflowOnly = true));
        ledger.Deliver();

        Assert.Equal(["3 WorkflowExecutionSignaled", "4 WorkflowExecutionCancelRequested"], ledger.History("child")[2..]);
    }

    [Fact]
    public void A_cancel_request_reaches_another_workflow_and_its_sender_hears_so()
    {
        ledger.Start(Receiver);
        ledger.Turn(Receiver);
        ledger.Start(Sender);
        ledger.Turn(Sender, Say.CancelExternal(Receiver));
        Assert.Equal("5 RequestCancelExternalWorkflowExecutionInitiated", ledger.History(Sender)[^1]);
        ledger.Deliver();

        Assert.Equal(["5 WorkflowExecutionCancelRequested", "6 WorkflowTaskScheduled"], ledger.History(Receiver)[4..]);
        var requested = ledger.Event(Receiver, EventType.WorkflowExecutionCancelRequested).WorkflowExecutionCancelRequestedEventAttributes;
        Assert.Equal(("enough", "history-service", 5L, Sender), (requested.Cause, requested.Identity, requested.ExternalInitiatedEventId, requested.ExternalWorkflowExecution.WorkflowId));

        Assert.Equal(["6 ExternalWorkflowExecutionCancelRequested", "7 WorkflowTaskScheduled"], ledger.History(Sender)[5..]);
        Assert.Equal(5, ledger.Event(Sender, EventType.ExternalWorkflowExecutionCancelRequested).ExternalWorkflowExecutionCancelRequestedEventAttributes.InitiatedEventId);
        Assert.Empty(ledger.Run(Sender).PendingCancels);
    }

    [Fact]
    public void To_cancel_a_closed_workflow_is_a_success_without_effect()
    {
        ledger.Start(Receiver);
        CloseReceiver();
        var before = ledger.History(Receiver);
        ledger.Start(Sender);
        ledger.Turn(Sender, Say.CancelExternal(Receiver));
        ledger.Deliver();

        Assert.Contains("6 ExternalWorkflowExecutionCancelRequested", ledger.History(Sender));
        Assert.Equal(before, ledger.History(Receiver));
    }

    /// <summary>A missing workflow, itself, another run, no child of its.</summary>
    public static TheoryData<Command> UnreachableCancels => new()
    {
        Say.CancelExternal("missing"),
        Say.CancelExternal(Sender),
        Say.CancelExternal(Receiver, cancel => cancel.RunId = "another"),
        Say.CancelExternal(Receiver, cancel => cancel.ChildWorkflowOnly = true),
    };

    [Theory]
    [MemberData(nameof(UnreachableCancels))]
    public void A_cancel_request_that_reaches_nobody_fails_as_not_found(Command command)
    {
        ledger.Start(Receiver);
        ledger.Start(Sender);
        ledger.Turn(Sender, command);
        ledger.Deliver();

        var failed = ledger.Event(Sender, EventType.RequestCancelExternalWorkflowExecutionFailed).RequestCancelExternalWorkflowExecutionFailedEventAttributes;
        Assert.Equal((CancelExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound, 5L, 4L), (failed.Cause, failed.InitiatedEventId, failed.WorkflowTaskCompletedEventId));
        Assert.Empty(ledger.Owed(Sender));
    }

    [Fact]
    public void A_workflow_that_closes_at_once_still_sends_what_it_promised()
    {
        ledger.Start(Receiver);
        ledger.Start(Sender);
        ledger.Turn(Sender, Say.SignalExternal(Receiver), Say.CancelExternal(Receiver), Say.CompleteWorkflow());
        var closed = ledger.History(Sender);
        Assert.Equal(2, ledger.Owed(Sender).Length);
        ledger.Deliver();

        Assert.Equal(["3 WorkflowExecutionSignaled", "4 WorkflowExecutionCancelRequested"], ledger.History(Receiver)[2..]);
        Assert.Equal(closed, ledger.History(Sender));
    }

    [Fact]
    public void Outcomes_that_come_while_the_sender_decides_wait_for_it()
    {
        ledger.Start(Receiver);
        ledger.Start(Sender);
        ledger.Turn(Sender, Say.SignalExternal(Receiver), Say.CancelExternal("missing"));
        ledger.Signal(Sender);
        var task = ledger.Poll(Sender);
        ledger.Deliver();
        Assert.Equal("9 WorkflowTaskStarted", ledger.History(Sender)[^1]);

        ledger.Complete(task);

        Assert.Equal(
            ["10 WorkflowTaskCompleted", "11 ExternalWorkflowExecutionSignaled", "12 RequestCancelExternalWorkflowExecutionFailed", "13 WorkflowTaskScheduled"],
            ledger.History(Sender)[9..]);
    }

    public static TheoryData<string, Command> BadCommands => new()
    {
        { "BadSignalWorkflowExecutionAttributes: Execution is not set", Say.SignalExternal(Receiver, signal => signal.Execution = null) },
        { "BadSignalWorkflowExecutionAttributes: WorkflowId is not set", Say.SignalExternal("") },
        { "BadSignalWorkflowExecutionAttributes: SignalName is not set", Say.SignalExternal(Receiver, signal => signal.SignalName = "") },
        { "BadRequestCancelExternalWorkflowExecutionAttributes: WorkflowId is not set", Say.CancelExternal("") },
    };

    [Theory]
    [MemberData(nameof(BadCommands))]
    public void A_bad_command_fails_the_workflow_task(string problem, Command command)
    {
        ledger.Start(Sender);

        var refusal = ledger.Complete(ledger.Poll(Sender), command).Refusal!;

        Assert.StartsWith(problem, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["4 WorkflowTaskFailed"], ledger.History(Sender)[3..]);
    }

    [Fact]
    public void More_pending_messages_than_the_limit_fail_the_workflow_task()
    {
        var small = new Ledger { Limits = EngineLimits.Default with { PendingSignals = 1, PendingCancels = 1 } };
        small.Start(Sender);

        Assert.StartsWith(
            "PendingSignalsLimitExceeded: ",
            small.Complete(small.Poll(Sender), Say.SignalExternal(Receiver), Say.SignalExternal(Receiver)).Refusal!.Message,
            StringComparison.Ordinal);
        small.Start("other");
        Assert.StartsWith(
            "PendingRequestCancelLimitExceeded: ",
            small.Complete(small.Poll("other"), Say.CancelExternal(Receiver), Say.CancelExternal(Receiver)).Refusal!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_signal_over_the_size_limit_ends_its_sender()
    {
        var small = new Ledger { Limits = EngineLimits.Default with { BlobSizeError = 100, BlobSizeWarn = 50 } };
        small.Start(Sender);

        Assert.NotNull(small.Complete(small.Poll(Sender), Say.SignalExternal(Receiver, signal => signal.Input = Say.Payload(new string('x', 200)))).Refusal);

        Assert.Equal(WorkflowExecutionStatus.Terminated, small.Run(Sender).Status);
    }

    private void CloseReceiver() => ledger.Turn(Receiver, Say.CompleteWorkflow());
}
