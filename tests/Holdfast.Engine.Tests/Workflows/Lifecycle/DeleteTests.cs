using Holdfast.Engine.Tests.Traces;
using Holdfast.Engine.Workflows;
using Holdfast.Engine.Workflows.Lifecycle;

namespace Holdfast.Engine.Tests.Workflows.Lifecycle;

public sealed class DeleteTests
{
    private readonly Ledger ledger = new();

    [Fact]
    public void An_open_run_is_terminated_and_deleted_in_one()
    {
        ledger.Start("w");
        var decision = ledger.Decide(new DeleteWorkflow(Ledger.Target("w")));

        Assert.True(decision.Deletes);
        Assert.Equal("3 WorkflowExecutionTerminated", ledger.History("w")[^1]);
    }

    [Fact]
    public void A_closed_run_is_deleted_without_another_event()
    {
        ledger.Start("w");
        ledger.Turn("w", Say.CompleteWorkflow());
        var history = ledger.History("w");
        Assert.True(ledger.Decide(new DeleteWorkflow(Ledger.Target("w"))).Deletes);
        Assert.Equal(history, ledger.History("w"));
    }

    [Fact]
    public void A_run_that_owes_messages_is_deleted_when_they_are_delivered()
    {
        ledger.Start("parent");
        ledger.Turn("parent", Say.StartChild("child"));
        ledger.Deliver();

        Assert.False(ledger.Decide(new DeleteWorkflow(Ledger.Target("parent"))).Deletes);
        Assert.DoesNotContain(new Obligation.Delete(), Debts.Of(ledger.Run("parent"), ledger.Now).Now);
        Assert.False(ledger.Decide(new DeleteClosedRun(Ledger.Target("parent"))).Deletes);
        ledger.Deliver();

        Assert.True(ledger.Run("child").IsClosed);
        Assert.Equal(new Obligation.Delete(), Assert.Single(Debts.Of(ledger.Run("parent"), ledger.Now).Now));
        Assert.True(ledger.Decide(new DeleteClosedRun(Ledger.Target("parent"))).Deletes);
    }

    [Fact]
    public void Asked_twice_it_records_the_wish_once()
    {
        ledger.Start("parent");
        ledger.Turn("parent", Say.StartChild("child"));
        ledger.Ask(new DeleteWorkflow(Ledger.Target("parent")));
        Assert.Null(ledger.Decide(new DeleteWorkflow(Ledger.Target("parent"))).Run);
    }

    [Fact]
    public void Only_a_closed_run_is_deleted_for_its_age()
    {
        ledger.Start("w");
        Assert.False(ledger.Decide(new DeleteClosedRun(Ledger.Target("w"))).Deletes);
        Assert.False(ledger.Run("w").IsClosed);
        Assert.Equal(RefusalCode.NotFound, ledger.Ask(new DeleteWorkflow(Ledger.Target("never there"))).Refusal?.Code);
        Assert.True(ledger.Ask(new DeleteClosedRun(Ledger.Target("never there"))).Reply);
    }
}
