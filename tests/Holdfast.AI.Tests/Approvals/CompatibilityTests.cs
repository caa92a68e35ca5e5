using System.Runtime.CompilerServices;
using System.Text.Json;
using Holdfast.AI.Approvals;
using Temporalio.Common;
using Temporalio.Worker;

namespace Holdfast.AI.Tests.Approvals;

/// <summary>Workflows wait for days: what was stored by an earlier version must still be read and replayed.</summary>
public sealed class CompatibilityTests
{
    [Fact]
    public async Task A_history_of_the_first_version_replays()
    {
        var history = WorkflowHistory.FromJson("three-questions", await File.ReadAllTextAsync(Recorded("three-questions.json")));

        await new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<ThreeQuestionsWorkflow>()).ReplayWorkflowAsync(history);
    }

    [Fact]
    public void A_view_of_the_first_version_is_read()
    {
        const string Old = """{"id":"1","subject":"S","content":"C","original":"C","context":[],"requestedAt":"2026-11-22T12:00:00+00:00","expiresAt":"2026-11-22T13:00:00+00:00","remindedAt":[],"state":"approved","decision":{"verdict":"approve","by":"Ada","at":"2026-11-22T12:00:00+00:00","comment":null,"edited":false}}""";

        var view = JsonSerializer.Deserialize<ApprovalView>(Old)!;

        Assert.Equal((ApprovalState.Approved, 1, ""), (view.State, view.Quorum, view.ContentHash));
        Assert.Empty(view.Votes);
        Assert.False(view.Decision!.ByPolicy);
    }

    [Fact]
    public void Times_and_decisions_of_the_first_version_are_read()
    {
        var times = JsonSerializer.Deserialize<ApprovalTimes>("""{"RemindAfter":["04:00:00"],"ExpireAfter":"3.00:00:00"}""")!;
        var decision = JsonSerializer.Deserialize<ApprovalDecisionRequest>("""{"approvalId":"1","verdict":"approve","by":"Ada"}""")!;

        Assert.Empty(times.Steps);
        Assert.Null(times.Hours);
        Assert.Equal(ExpiryOutcome.Expire, times.OnExpiry);
        Assert.Null(decision.ContentHash);
    }

    private static string Recorded(string name, [CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "Histories", name);
}
