using Holdfast.AI.Approvals;

namespace Holdfast.AI.Tests.Approvals;

/// <summary>Who may decide, and how many must.</summary>
public sealed class QuorumTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly ApprovalTimes OneHour = new([], TimeSpan.FromHours(1));

    private readonly ApprovalBoard board = new();

    [Fact]
    public void As_many_different_people_must_approve_as_the_quorum_says()
    {
        Ask(quorum: 2);

        var half = Approve("Ada");
        var whole = Approve("Ben");

        Assert.Equal(ApprovalState.Pending, half.State);
        Assert.Null(half.Decision);
        Assert.Equal(ApprovalState.Approved, whole.State);
        Assert.Equal(["Ada", "Ben"], whole.Votes.Select(vote => vote.By));
        Assert.Equal("Ben", whole.Decision!.By);
    }

    [Theory]
    [InlineData("Ada")]
    [InlineData("ADA ")]
    [InlineData("a\u200bda")]
    public void The_same_person_counts_once_however_they_write_their_name(string again)
    {
        Ask(quorum: 2);
        Approve("ada");

        var refusal = board.Refuse(Approval(again))!;

        Assert.Equal(ApprovalRefusal.AlreadyDecided, refusal.Type);
        Assert.Contains("has approved this text of approval 1 already; somebody else must, too.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_rejection_rejects_also_by_somebody_who_approved()
    {
        Ask(quorum: 3);
        Approve("Ada");

        var view = board.Decide(Approval("Ada") with { Verdict = "reject", Comment = "I misread it" }, Noon);

        Assert.Equal((ApprovalState.Rejected, "Ada", "I misread it"), (view.State, view.Decision!.By, view.Decision.Comment));
        Assert.Equal(["approve", "reject"], view.Votes.Select(vote => vote.Verdict));
    }

    [Fact]
    public void An_edit_takes_the_others_approvals_back_because_they_read_another_text()
    {
        Ask(quorum: 2);
        Approve("Ada");

        var edited = board.Decide(Approval("Ben") with { Content = "Hello Carl" }, Noon);
        var approved = Approve("Ada");

        Assert.Equal(ApprovalState.Pending, edited.State);
        Assert.Equal([true, false], edited.Votes.Select(vote => vote.Superseded));
        Assert.Equal([null, "Hello Carl"], edited.Votes.Select(vote => vote.Content));
        Assert.Equal((ApprovalState.Approved, "Hello Carl", "Hello", true), (approved.State, approved.Content, approved.Original, approved.Decision!.Edited));
        Assert.Equal(ContentSeal.Of("Hello Carl", "to@x.example"), approved.ContentHash);
    }

    [Fact]
    public void A_decision_on_a_text_that_was_changed_meanwhile_is_refused_and_names_who_changed_it()
    {
        Ask(quorum: 2);
        var stale = Approval("Ada");
        board.Decide(Approval("Ben") with { Content = "Hello Carl" }, Noon);

        Assert.Equal("The text of approval 1 was changed by Ben at 2026-11-23 12:00 UTC. Read it again before you decide.", board.Refuse(stale)!.Message);
        Assert.Equal(ApprovalRefusal.ContentChanged, board.Refuse(stale with { Verdict = "reject" })!.Type);
    }

    [Fact]
    public void Where_several_must_approve_each_says_which_text_they_read()
    {
        Ask(quorum: 2);

        Assert.StartsWith("contentHash is missing", board.Refuse(Approval("Ada") with { ContentHash = null })!.Message, StringComparison.Ordinal);
        Assert.Null(board.Refuse(Approval("Ada") with { ContentHash = null, Verdict = "reject" }));
    }

    [Fact]
    public void Only_those_who_are_assigned_may_decide_by_name_or_by_group()
    {
        Ask(assignees: ["ada@x.example", "group:finance"]);

        Assert.Equal(
            "Approval 1 is for ada@x.example, group:finance to decide; eve@x.example is not among them.",
            board.Refuse(Approval("eve@x.example"))!.Message);
        Assert.NotNull(board.Refuse(Approval("eve@x.example") with { Groups = ["sales"], Verdict = "reject" }));
        Assert.Null(board.Refuse(Approval("eve@x.example") with { Groups = ["sales", "Finance"] }));
        Assert.Null(board.Refuse(Approval("ADA@x.example")));
    }

    [Fact]
    public void Nobody_gets_into_a_group_by_calling_themselves_its_name()
    {
        Ask(assignees: ["group:finance"]);

        Assert.Equal(ApprovalRefusal.NotAllowed, board.Refuse(Approval("group:finance"))!.Type);
    }

    [Fact]
    public void With_four_eyes_nobody_decides_what_they_asked_for()
    {
        Ask(requestedBy: "ada@x.example", fourEyes: true);

        Assert.Equal("Ada@X.example asked for approval 1, and nobody decides their own: somebody else must.", board.Refuse(Approval("Ada@X.example"))!.Message);
        Assert.Null(board.Refuse(Approval("ben@x.example")));
    }

    [Theory]
    [InlineData(ExpiryOutcome.Expire, ApprovalState.Expired)]
    [InlineData(ExpiryOutcome.Approve, ApprovalState.Approved)]
    [InlineData(ExpiryOutcome.Reject, ApprovalState.Rejected)]
    public void The_expiry_decides_as_the_request_said_and_says_that_nobody_did(ExpiryOutcome outcome, ApprovalState state)
    {
        board.Add(Request(), OneHour with { OnExpiry = outcome }, Noon);

        var view = board.EndByPolicy("1", Noon + OneHour.ExpireAfter);

        Assert.Equal(state, view.State);
        if (outcome is not ExpiryOutcome.Expire)
            Assert.Equal(("policy", true, "Nobody decided in time."), (view.Decision!.By, view.Decision.ByPolicy, view.Decision.Comment));
    }

    [Fact]
    public void The_expiry_approves_what_was_asked_for_and_no_edit_that_found_no_quorum()
    {
        board.Add(Request() with { Quorum = 2 }, OneHour with { OnExpiry = ExpiryOutcome.Approve }, Noon);
        board.Decide(Approval("Ada") with { Content = "Give her everything" }, Noon);

        var view = board.EndByPolicy("1", Noon);

        Assert.Equal(("Hello", ContentSeal.Of("Hello", "to@x.example")), (view.Content, view.ContentHash));
        Assert.True(Assert.Single(view.Votes).Superseded);
    }

    [Fact]
    public void An_empty_text_is_approved_by_no_policy()
    {
        board.Add(Request() with { Content = " " }, OneHour with { OnExpiry = ExpiryOutcome.Approve }, Noon);

        Assert.Equal(ApprovalState.Expired, board.EndByPolicy("1", Noon).State);
    }

    [Fact]
    public void A_decision_that_came_in_time_stands_against_the_policy()
    {
        board.Add(Request(), OneHour with { OnExpiry = ExpiryOutcome.Approve }, Noon);
        var rejected = board.Decide(Approval("Ada") with { Verdict = "reject" }, Noon);

        Assert.Same(rejected, board.EndByPolicy("1", Noon));
    }

    [Fact]
    public void An_escalation_adds_people_and_keeps_those_who_were_there()
    {
        var times = OneHour with { Escalation = [new(TimeSpan.FromMinutes(30), ["group:leads", "ADA@x.example"]), new(TimeSpan.FromHours(1), ["never@x.example"])] };
        var asked = board.Add(Request() with { Assignees = ["ada@x.example"] }, times, Noon);

        var view = board.Escalate("1", 0, Noon.AddMinutes(30));

        Assert.Single(asked.Escalations);
        Assert.Equal(["ada@x.example", "group:leads"], view.Assignees);
        Assert.Equal(Noon.AddMinutes(30), Assert.Single(view.Escalations).At);
        Assert.Null(board.Refuse(Approval("eve@x.example") with { Groups = ["leads"] }));
    }

    [Fact]
    public void An_escalation_shuts_nobody_out_where_anybody_may_decide()
    {
        board.Add(Request(), OneHour with { Escalation = [new(TimeSpan.FromMinutes(30), ["boss@x.example"])] }, Noon);

        Assert.Empty(board.Escalate("1", 0, Noon).Assignees);
    }

    [Fact]
    public void Edits_without_end_are_refused_and_can_still_be_rejected()
    {
        Ask(quorum: 2);
        for (var i = 0; i < 4; i++)
            board.Decide(Approval(i % 2 == 0 ? "Ada" : "Ben") with { Content = new string((char)('a' + i), ApprovalBoard.MaxContentLength) }, Noon);

        Assert.Equal("Approval 1 was changed and voted on too often. Reject it and ask anew.", board.Refuse(Approval("Ada") with { Content = "more" })!.Message);
        Assert.Null(board.Refuse(Approval("Ada")));
        Assert.Null(board.Refuse(Approval("Ada") with { Verdict = "reject" }));
    }

    [Theory]
    [InlineData(0, "quorum is 0; it must be 1 to 20.")]
    [InlineData(21, "quorum is 21; it must be 1 to 20.")]
    [InlineData(3, "quorum is 3, and fewer people than that may decide.")]
    public void A_quorum_that_cannot_be_reached_is_refused_at_once(int quorum, string problem) =>
        Assert.Equal(problem, ApprovalRules.Problem(Request() with { Quorum = quorum, Assignees = ["ada@x.example", "ben@x.example"] }, OneHour));

    [Fact]
    public void Four_eyes_count_when_a_quorum_is_checked()
    {
        var request = Request() with { Quorum = 2, Assignees = ["ada@x.example", "ben@x.example"], RequestedBy = "Ada@x.example" };

        Assert.Null(ApprovalRules.Problem(request, OneHour));
        Assert.NotNull(ApprovalRules.Problem(request with { FourEyes = true }, OneHour));
        Assert.Null(ApprovalRules.Problem(request with { FourEyes = true }, OneHour with { Escalation = [new(TimeSpan.FromMinutes(1), ["carl@x.example"])] }));
        Assert.Equal("fourEyes needs requestedBy: nobody can be kept from deciding who is not named.", ApprovalRules.Problem(Request() with { FourEyes = true }, OneHour));
    }

    [Theory]
    [InlineData("group:")]
    [InlineData(" ")]
    public void An_assignee_without_a_name_is_refused(string assignee) =>
        Assert.Contains("cannot be assigned to", ApprovalRules.Problem(Request() with { Assignees = [assignee] }, OneHour), StringComparison.Ordinal);

    private static ApprovalRequest Request() => new() { Subject = "S", Content = "Hello", Bound = ["to@x.example"] };

    private void Ask(int quorum = 1, string[]? assignees = null, string? requestedBy = null, bool fourEyes = false) => board.Add(
        Request() with { Quorum = quorum, Assignees = assignees ?? [], RequestedBy = requestedBy, FourEyes = fourEyes }, OneHour, Noon);

    private ApprovalDecisionRequest Approval(string by) => new() { ApprovalId = "1", Verdict = "approve", By = by, ContentHash = board["1"].ContentHash };

    private ApprovalView Approve(string by) => board.Decide(Approval(by), Noon);
}
