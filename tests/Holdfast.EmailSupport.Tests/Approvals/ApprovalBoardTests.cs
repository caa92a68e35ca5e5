using System.Text.Json;
using Holdfast.AI.Approvals;

namespace Holdfast.EmailSupport.Tests.Approvals;

public sealed class ApprovalBoardTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly ApprovalBoard board = new();

    [Fact]
    public void A_second_decision_is_refused_and_names_the_first()
    {
        Ask();
        board.Decide(Approve("Ada"), Noon);

        var refusal = board.Refuse(Approve("Ben") with { Verdict = "reject" });

        Assert.Equal("Approval 1 was already approved by Ada at 2026-11-22 12:00 UTC.", refusal!.Message);
        Assert.Equal(ApprovalRefusal.AlreadyDecided, refusal.Type);
        Assert.Equal("Ada", board["1"].Decision!.By);
    }

    [Fact]
    public void A_decision_after_the_expiry_is_refused()
    {
        Ask();
        board.Expire("1");

        Assert.Equal("Approval 1 expired at 2026-11-22 13:00 UTC and can no longer be decided.", board.Refuse(Approve("Ada"))!.Message);
    }

    [Fact]
    public void An_expiry_after_the_decision_changes_nothing()
    {
        Ask();
        var decided = board.Decide(Approve("Ada"), Noon);

        Assert.Same(decided, board.Expire("1"));
        Assert.Same(decided, board.Remind("1", Noon));
    }

    [Fact]
    public void An_edited_text_is_kept_beside_the_original()
    {
        Ask("Dear you,\r\nhello");

        var view = board.Decide(Approve("Ada") with { Content = "Dear Ben,\r\nhello" }, Noon);

        Assert.True(view.Decision!.Edited);
        Assert.Equal("Dear Ben,\nhello", view.Content);
        Assert.Equal("Dear you,\nhello", view.Original);
    }

    [Fact]
    public void The_same_text_with_a_browsers_line_ends_is_not_edited()
    {
        Ask("Dear you,\nhello");

        Assert.False(board.Decide(Approve("Ada") with { Content = "Dear you,\r\nhello" }, Noon).Decision!.Edited);
    }

    [Fact]
    public void A_rejection_keeps_the_text_as_it_was_asked_for()
    {
        Ask();

        var view = board.Decide(Approve("Ada") with { Verdict = "reject", Content = "something else", Comment = "wrong tone" }, Noon);

        Assert.Equal(ApprovalState.Rejected, view.State);
        Assert.Equal("Hello", view.Content);
        Assert.Equal("wrong tone", view.Decision!.Comment);
        Assert.False(view.Decision.Edited);
    }

    [Theory]
    [InlineData(null, "approve", "Ada", "approvalId is missing.")]
    [InlineData("7", "approve", "Ada", "There is no approval 7 here.")]
    [InlineData("1", "maybe", "Ada", "verdict must be approve or reject.")]
    [InlineData("1", null, "Ada", "verdict must be approve or reject.")]
    [InlineData("1", "approve", " ", "by is missing: say who decides.")]
    public void A_malformed_decision_is_refused_with_the_field_that_is_wrong(string? id, string? verdict, string? by, string problem)
    {
        Ask();

        Assert.Equal(problem, board.Refuse(new() { ApprovalId = id, Verdict = verdict, By = by })!.Message);
    }

    [Fact]
    public void An_empty_text_cannot_be_approved_but_can_be_rejected()
    {
        Ask("");

        Assert.Equal("There is no text to approve: content is empty.", board.Refuse(Approve("Ada"))!.Message);
        Assert.Equal("There is no text to approve: content is empty.", board.Refuse(Approve("Ada") with { Content = " \u200b\n" })!.Message);
        Assert.Null(board.Refuse(Approve("Ada") with { Verdict = "reject" }));
        Assert.Null(board.Refuse(Approve("Ada") with { Content = "Written by hand" }));
    }

    [Fact]
    public void A_text_beyond_the_limit_is_refused()
    {
        Ask();

        Assert.StartsWith("content has 100001 characters", board.Refuse(Approve("Ada") with { Content = new('a', 100_001) })!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_view_has_the_field_names_that_every_dashboard_and_SDK_reads()
    {
        board.Add(
            new() { Subject = "S", Content = "C", Context = [new("From", "x")], Assignees = ["ada", "group:g"], RequestedBy = "bot", FourEyes = true },
            new([], TimeSpan.FromHours(1)) { Escalation = [new(TimeSpan.FromMinutes(30), ["boss"])], OnExpiry = ExpiryOutcome.Reject },
            Noon);
        board.Remind("1", Noon);
        board.Decide(Approve("Ada"), Noon);

        Assert.Equal(
            """[{"id":"1","subject":"S","content":"C","original":"C","context":[{"label":"From","value":"x"}],"requestedAt":"2026-11-22T12:00:00+00:00","expiresAt":"2026-11-22T13:00:00+00:00","remindedAt":["2026-11-22T12:00:00+00:00"],"state":"approved","decision":{"verdict":"approve","by":"Ada","at":"2026-11-22T12:00:00+00:00","comment":null,"edited":false,"byPolicy":false},"contentHash":"HASH","assignees":["ada","group:g"],"quorum":1,"requestedBy":"bot","fourEyes":true,"votes":[{"verdict":"approve","by":"Ada","at":"2026-11-22T12:00:00+00:00","comment":null,"contentHash":"HASH","content":null,"superseded":false}],"escalations":[{"dueAt":"2026-11-22T12:30:00+00:00","assignTo":["boss"],"at":null}],"onExpiry":"reject","refused":[]}]""",
            JsonSerializer.Serialize(board.Views).Replace("\\u002B", "+", StringComparison.Ordinal).Replace(ContentSeal.Of("C"), "HASH", StringComparison.Ordinal));
    }

    [Fact]
    public void Reminders_at_or_after_the_expiry_are_left_out()
    {
        var times = new ApprovalTimes([TimeSpan.FromHours(20), TimeSpan.FromHours(4), TimeSpan.FromHours(72), TimeSpan.Zero], TimeSpan.FromHours(72));

        Assert.Equal([TimeSpan.FromHours(4), TimeSpan.FromHours(20)], times.Reminders);
    }

    private static ApprovalDecisionRequest Approve(string by) => new() { ApprovalId = "1", Verdict = "approve", By = by };

    private void Ask(string content = "Hello") =>
        board.Add(new() { Subject = "S", Content = content }, new([], TimeSpan.FromHours(1)), Noon);
}
