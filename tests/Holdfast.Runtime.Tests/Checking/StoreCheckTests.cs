using Holdfast.Engine;
using Holdfast.Engine.Workflows.Activities;
using Holdfast.Runtime.Checking;
using Holdfast.Runtime.Tests.Shards;
using Holdfast.Storage;
using Holdfast.Storage.Inspection;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Runtime.Tests.Checking;

public sealed class StoreCheckTests
{
    [Fact]
    public async Task A_store_in_order_has_no_damage_whatever_its_runs_are_at()
    {
        await using var host = await WithRuns();

        var (damages, result, hashes) = await Check(host.Inspect());

        Assert.Empty(damages);
        Assert.Equal((5, 4, 0), (result.Runs, result.OpenRuns, result.Damages));
        Assert.Equal(5, hashes.Count);
        Assert.Equal(result.Events, hashes.Sum(hash => hash.Events));
    }

    [Fact]
    public async Task Histories_with_the_same_events_have_the_same_hash_and_others_do_not()
    {
        await using var host = await WithRuns();
        var (_, _, before) = await Check(host.Inspect());
        await host.Get(Requests.Signal("open"));

        var (_, _, after) = await Check(host.Inspect());

        Assert.Equal(["open"], before.Except(after).Select(hash => hash.Run.WorkflowId));
    }

    public static TheoryData<string, string> Tamperings => new()
    {
        { "a row is gone", "its journal does not fold" },
        { "a row is garbage", "its journal does not fold" },
        { "it is another run's journal", "its journal does not fold" },
        { "unreadable", "the page is torn" },
        { "status", "its header says Failed, its journal Running" },
        { "wake", "its header says to look again at 2001-01-01T00:00:00.0000000Z" },
        { "no wake", "its header says to look again at no time" },
        { "owes in vain", "its header says that it owes something" },
        { "shard", "its header names shard 7" },
        { "not listed", "it is not listed" },
        { "listed as closed", "it is listed as Completed" },
    };

    [Theory]
    [MemberData(nameof(Tamperings))]
    public async Task Damage_is_named_and_the_other_runs_are_checked_all_the_same(string damage, string told)
    {
        await using var host = await WithRuns();
        await using var tampered = new TamperedInspection(host.Inspect())
        {
            Run = run => run.Run.WorkflowId != "waits" ? run : damage switch
            {
                "a row is gone" => run with { Journal = run.Journal! with { Rows = [.. run.Journal.Rows.Skip(1)] } },
                "a row is garbage" => run with { Journal = run.Journal! with { Rows = [.. run.Journal.Rows.SkipLast(1), "\u00ff garbage"u8.ToArray()] } },
                "it is another run's journal" => run with { Journal = run.Journal! with { Rows = [.. run.Journal.Rows, .. run.Journal.Rows] } },
                "unreadable" => run with { Journal = null, Damage = "the page is torn." },
                "status" => run with { Status = (int)WorkflowExecutionStatus.Failed },
                "wake" => run with { WakeAt = new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc) },
                "no wake" => run with { WakeAt = null },
                "owes in vain" => run with { Owes = true },
                "shard" => run with { Shard = 7 },
                "not listed" => run with { Visibility = null },
                _ => run with { Visibility = run.Visibility! with { Status = WorkflowExecutionStatus.Completed } },
            },
        };

        var (damages, result, hashes) = await Check(tampered);

        Assert.Contains(damages, found => found.Run?.WorkflowId == "waits" && found.Problem.Contains(told, StringComparison.Ordinal));
        Assert.All(damages, found => Assert.Equal("waits", found.Run?.WorkflowId));
        Assert.Equal(5, result.Runs);
        Assert.Equal(damages.Count, result.Damages);
        Assert.True(hashes.Count >= 4);
    }

    [Fact]
    public async Task A_debt_that_a_restart_would_not_find_is_damage()
    {
        await using var host = await WithRuns();
        await using var tampered = new TamperedInspection(host.Inspect())
        {
            Run = run => run.Run.WorkflowId == "owes" ? run with { Owes = false } : run,
        };

        var (damages, _, _) = await Check(tampered);

        Assert.Contains("a restart would not see to it", Assert.Single(damages).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_open_run_that_is_not_its_ids_current_run_is_damage()
    {
        await using var host = await WithRuns();
        await using var tampered = new TamperedInspection(host.Inspect())
        {
            CurrentRun = (workflowId, runId) => workflowId switch { "open" => "another", "owes" => null, _ => runId },
        };

        var (damages, _, _) = await Check(tampered);

        Assert.Equal(
            ["it is open, but its workflow id has no current run.", "it is open, but the current run of its workflow id is another."],
            damages.Select(damage => damage.Problem).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_child_that_is_gone_is_damage_of_its_parent()
    {
        await using var host = await WithRuns();
        await using var tampered = new TamperedInspection(host.Inspect())
        {
            CurrentRun = (workflowId, runId) => workflowId == "child" ? null : runId,
        };

        var (damages, _, _) = await Check(tampered);

        Assert.Contains(damages, damage => damage.Run?.WorkflowId == "open" && damage.Problem == "it waits for its child child, which does not exist.");
    }

    [Fact]
    public async Task What_is_wrong_with_the_store_as_such_counts_too()
    {
        await using var host = await WithRuns();
        await using var tampered = new TamperedInspection(host.Inspect()) { OwnDamage = [new StoreDamage(null, "a page is torn.")] };

        var (damages, result, _) = await Check(tampered);

        Assert.Equal("a page is torn.", Assert.Single(damages).Problem);
        Assert.Equal(1, result.Damages);
    }

    /// <summary>One run each that is closed, that owes a task, that waits for a timeout, and a parent with its child.</summary>
    private static async Task<ShardHost> WithRuns()
    {
        var host = await ShardHost.StartAsync();
        var worker = new Worker(host);
        await host.Store.SaveNamespaceAsync(new StoredNamespace(Requests.Namespace, "shop", [], new Dictionary<string, int>()), default);
        await worker.Start("closed");
        await worker.Complete(await worker.Task(), Worker.CompleteWorkflow());
        await worker.Start("waits");
        await worker.Complete(await worker.Task(), Worker.ScheduleActivity("a"));
        var activity = (await worker.PollActivity()).Reply!;
        await host.Get(new RecordActivityHeartbeat(ActivityLookup.ByToken(TaskToken.Parse(activity.TaskToken)!), null));
        await worker.Start("open");
        var task = await worker.Task();
        await worker.Complete(task, StartChild("child"));
        var childTask = await worker.Task();
        await worker.Complete(childTask);
        await worker.Complete(await worker.Task());
        await worker.Start("owes");
        return host;
    }

    private static Command StartChild(string workflowId) => new()
    {
        CommandType = CommandType.StartChildWorkflowExecution,
        StartChildWorkflowExecutionCommandAttributes = new()
        {
            WorkflowId = workflowId,
            WorkflowType = new WorkflowType { Name = "type" },
            TaskQueue = new() { Name = "q" },
        },
    };

    private static async Task<(List<StoreDamage> Damages, StoreCheckResult Result, List<HistoryHash> Hashes)> Check(IStoreInspection inspection)
    {
        var damages = new List<StoreDamage>();
        var hashes = new List<HistoryHash>();
        var result = await new StoreCheck(inspection).RunAsync(damages.Add, hashes.Add, CancellationToken.None);
        return (damages, result, hashes);
    }
}
