using System.Text.Json;
using Holdfast.AI.Approvals;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;

namespace Holdfast.AI.Tests.Approvals;

/// <summary>Approvals in workflows on a real server, and by the ready-made workflow that any language can start.</summary>
public sealed class ApprovalWorkflowTests
{
    private static readonly ApprovalRequest Refund = new() { Subject = "Refund", Content = "Pay 49 euros", Bound = ["order 7"] };

    [Fact]
    public async Task A_workflow_with_nothing_prepared_asks_and_gets_what_was_approved()
    {
        await using var bench = await OpenAsync();
        var run = await bench.StartAsync("Asking", Refund with { Quorum = 2 }, null);
        var asked = await ApprovalBench.PendingAsync(run);
        await ApprovalBench.DecideAsync(run, Decision("Ada", asked) with { Content = "Pay 40 euros" });
        var edited = await ApprovalBench.SeenAsync(run, "1", view => view.Votes.Count == 1);

        await bench.CrashServerAsync();
        await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => ApprovalBench.DecideAsync(run, Decision("Ben", asked)));
        await ApprovalBench.DecideAsync(run, Decision("Ben", edited));

        var outcome = await run.EndsAsync<ApprovalOutcome>();
        Assert.Equal(("Pay 40 euros", ContentSeal.Of("Pay 40 euros", "order 7")), (outcome.Approval.Content, outcome.Seal));
        await ReplayAsync(run);
    }

    [Fact]
    public async Task Nobody_deciding_brings_others_in_and_then_the_policy_decides()
    {
        await using var bench = await OpenAsync();
        var times = new ApprovalTimes([TimeSpan.FromSeconds(0.2)], TimeSpan.FromSeconds(2))
        {
            Escalation = [new(TimeSpan.FromSeconds(0.5), ["boss@x.example"])],
            OnExpiry = ExpiryOutcome.Reject,
        };
        var run = await bench.StartAsync("Asking", Refund with { Assignees = ["ada@x.example"] }, times);

        var outcome = await run.EndsAsync<ApprovalOutcome>();

        Assert.Equal((ApprovalState.Rejected, "policy", null), (outcome.Approval.State, outcome.Approval.Decision!.By, outcome.Seal));
        Assert.Equal(["ada@x.example", "boss@x.example"], outcome.Approval.Assignees);
        Assert.Equal(2, outcome.Approval.RemindedAt.Count);
        var step = Assert.Single(outcome.Approval.Escalations);
        Assert.True(step.At >= step.DueAt);
        await ReplayAsync(run);
    }

    [Fact]
    public async Task Working_hours_are_looked_up_once_and_kept_in_the_history()
    {
        await using var bench = await OpenAsync();
        var times = ApprovalTimes.Default with
        {
            Hours = new() { TimeZone = "Europe/Berlin" },
            Escalation = [new(TimeSpan.FromHours(9), ["boss@x.example"])],
        };
        var run = await bench.StartAsync("Asking", Refund, times);

        var asked = await ApprovalBench.PendingAsync(run);

        // Nine working hours of eight a day end on the next working day, whenever this test runs.
        var due = TimeZoneInfo.ConvertTime(Assert.Single(asked.Escalations).DueAt, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        Assert.InRange(due.TimeOfDay, new(9, 0, 0), new(17, 0, 0));
        Assert.True(due.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday));
        var history = await run.FetchHistoryAsync();
        Assert.Equal("HoldfastWorkingTimes", Assert.Single(history.Events, one => one.ActivityTaskScheduledEventAttributes is not null).ActivityTaskScheduledEventAttributes.ActivityType.Name);
        // Not only the name: workers' time zone rules differ, and a replay must not ask them.
        await ReplayAsync(run);
    }

    [Theory]
    [InlineData("Europe/Atlantis", "17:00", "This machine knows no time zone Europe/Atlantis")]
    [InlineData("Europe/Berlin", "09:00", "the hours have no length")]
    public async Task Hours_that_make_no_sense_end_the_workflow_with_the_reason(string zone, string to, string reason)
    {
        await using var bench = await OpenAsync();
        var run = await bench.StartAsync(ApprovalNames.Workflow, Json($$$"""{"subject":"S","content":"C","remindAfter":["1h"],"businessHours":{"timeZone":"{{{zone}}}","from":"09:00","to":"{{{to}}}"}}"""));

        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => run.EndsAsync());

        Assert.Contains(reason, (failed.InnerException!.InnerException ?? failed.InnerException).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_withdraws_the_request_whatever_its_expiry_means()
    {
        await using var bench = await OpenAsync();
        var run = await bench.StartAsync("Asking", Refund, ApprovalTimes.Default with { OnExpiry = ExpiryOutcome.Approve });
        var asked = await ApprovalBench.PendingAsync(run);

        await run.CancelAsync();

        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => run.EndsAsync());
        Assert.IsType<CanceledFailureException>(failed.InnerException);
        Assert.Equal(ApprovalState.Expired, Assert.Single(await ApprovalBench.ViewsAsync(run)).State);
        await Assert.ThrowsAnyAsync<TemporalException>(() => ApprovalBench.DecideAsync(run, Decision("Ada", asked)));
    }

    [Fact]
    public async Task Any_client_asks_with_plain_JSON_and_decides_by_signal()
    {
        var told = new List<ApprovalNotice>();
        await using var bench = await OpenAsync(notice =>
        {
            lock (told)
                told.Add(notice);
            return Task.CompletedTask;
        });
        var run = await bench.StartAsync(ApprovalNames.Workflow, Json("""
            {"subject":"Refund","content":"Pay 49","bound":["order 7"],"context":[{"label":"Order","value":"7"}],"assignees":["ada@x.example"],
             "requestedBy":"bot","fourEyes":true,"remindAfter":["4h"],"expireAfter":"3d","onExpiry":"reject",
             "escalation":[{"after":"8h","assignTo":["group:leads"]}],
             "businessHours":{"timeZone":"Europe/Berlin","days":["monday","friday"],"from":"08:30","to":"16:00","holidays":["2026-12-25"]}}
            """));
        var asked = await ApprovalBench.PendingAsync(run);
        Assert.Equal((TimeSpan.FromDays(3), ExpiryOutcome.Reject), (asked.ExpiresAt - asked.RequestedAt, asked.OnExpiry));

        await run.SignalAsync(ApprovalNames.DecideSignal, [Json("""{"approvalId":"1","verdict":"approve","by":"eve@x.example"}""")]);
        var refused = await ApprovalBench.SeenAsync(run, "1", view => view.Refused.Count > 0);
        await run.SignalAsync(ApprovalNames.DecideSignal, [Json($$"""{"approvalId":"1","verdict":"approve","by":"ada@x.example","contentHash":"{{asked.ContentHash}}"}""")]);
        var result = await run.EndsAsync<JsonElement>();

        Assert.Equal("Approval 1 is for ada@x.example to decide; eve@x.example is not among them.", Assert.Single(refused.Refused).Reason);
        Assert.True(result.GetProperty("approved").GetBoolean());
        Assert.Equal("Pay 49", result.GetProperty("content").GetString());
        Assert.Equal(ContentSeal.Of("Pay 49", "order 7"), result.GetProperty("seal").GetString());
        Assert.Equal("ada@x.example", result.GetProperty("approval").GetProperty("decision").GetProperty("by").GetString());
        lock (told)
            Assert.Equal((run.Id, 1, asked.ContentHash), told.Select(notice => (notice.WorkflowId, notice.Number, notice.Approval.ContentHash)).Single());
        await ReplayAsync(run);
    }

    [Theory]
    [InlineData("""{"content":"C"}""", "subject is missing.")]
    [InlineData("""{"subject":"S"}""", "content is missing.")]
    [InlineData("""{"subject":"S","content":"C","expireAfter":"soon"}""", "expireAfter is \"soon\"; expected is a duration such as \"4h\" or \"3d\".")]
    [InlineData("""{"subject":"S","content":"C","expireAfter":"0h"}""", "expireAfter is \"0h\"")]
    [InlineData("""{"subject":"S","content":"C","quorum":2,"assignees":["ada"]}""", "quorum is 2, and fewer people than that may decide.")]
    public async Task An_order_that_makes_no_sense_ends_with_the_reason(string order, string reason)
    {
        await using var bench = await OpenAsync();
        var run = await bench.StartAsync(ApprovalNames.Workflow, Json(order));

        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => run.EndsAsync());

        Assert.StartsWith($"This approval cannot be asked for: {reason}", failed.InnerException!.Message, StringComparison.Ordinal);
    }

    private static Task<ApprovalBench> OpenAsync(Func<ApprovalNotice, Task>? notify = null) =>
        ApprovalBench.OpenAsync(worker => worker.AddWorkflow<AskingWorkflow>().AddApprovals(notify));

    private static async Task ReplayAsync(WorkflowHandle run) => await new WorkflowReplayer(
        new WorkflowReplayerOptions().AddWorkflow<AskingWorkflow>().AddWorkflow<ApprovalWorkflow>()).ReplayWorkflowAsync(await run.FetchHistoryAsync());

    private static JsonElement Json(string text) => JsonElement.Parse(text);

    private static ApprovalDecisionRequest Decision(string by, ApprovalView seen) =>
        new() { ApprovalId = seen.Id, Verdict = "approve", By = by, ContentHash = seen.ContentHash };
}
