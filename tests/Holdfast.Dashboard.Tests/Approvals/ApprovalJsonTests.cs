using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Dashboard.Approvals;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Workflow.V1;

namespace Holdfast.Dashboard.Tests.Approvals;

/// <summary>The approval convention as it crosses the wire: any SDK may be at the other end.</summary>
public sealed class ApprovalJsonTests
{
    [Fact]
    public void A_whole_answer_is_read()
    {
        var approval = Assert.Single(Read(
            """
            [{"id":"draft-1","subject":"Refund","content":"new","original":"old","context":[{"label":"From","value":"a@b.example"}],
              "requestedAt":"2026-11-22T12:00:00Z","expiresAt":"2026-11-25T12:00:00+01:00","remindedAt":["2026-11-22T16:00:00Z"],
              "state":"approved","decision":{"verdict":"approve","by":"Ada","at":"2026-11-22T17:00:00Z","comment":null,"edited":true},"later":1}]
            """));

        Assert.False(approval.IsPending);
        Assert.Equal("old", approval.Original);
        Assert.Equal(new ApprovalFact("From", "a@b.example"), Assert.Single(approval.Context));
        Assert.Equal(new DateTimeOffset(2026, 11, 25, 11, 0, 0, TimeSpan.Zero), approval.ExpiresAt);
        Assert.Equal(("Ada", true), (approval.Decision?.By, approval.Decision?.Edited));
    }

    [Fact]
    public void An_answer_with_the_least_that_makes_sense_is_pending()
    {
        var approval = Assert.Single(Read("""[{"id":"1","content":"text","remindedAt":null}]"""));

        Assert.True(approval.IsPending);
        Assert.Empty(approval.Context);
        Assert.Null(approval.ExpiresAt);
    }

    [Fact]
    public void An_answer_of_another_shape_is_an_error_and_not_an_empty_list() =>
        Assert.Throws<JsonException>(() => Read("""[{"subject":"no id"}]"""));

    [Fact]
    public void A_decision_says_only_what_was_decided()
    {
        var plain = JsonSerializer.Serialize(new DecideRequest("draft-1", "approve", null, "Ada", null), ApprovalJson.Default.DecideRequest);

        Assert.Equal("""{"approvalId":"draft-1","verdict":"approve","by":"Ada"}""", plain);
    }

    [Fact]
    public void The_list_is_read_from_the_memo_alone()
    {
        var waiting = WaitingWorkflow.Of("default", Listed("""{"id":"draft-1","subject":"Refund","from":"a@b.example","requestedAt":"2026-11-22T12:00:08Z"}"""));

        Assert.Equal(("Refund", "a@b.example", "draft-1"), (waiting.Subject, waiting.From, waiting.ApprovalId));
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 12, 0, 8, TimeSpan.Zero), waiting.RequestedAt);
    }

    [Fact]
    public void The_same_entry_read_again_is_the_same_and_one_with_other_assignees_is_not()
    {
        const string Memo = """{"id":"1","subject":"Refund","requestedAt":"2026-11-22T12:00:08Z","assignees":["ada"],"quorum":2}""";
        var waiting = WaitingWorkflow.Of("default", Listed(Memo));

        Assert.True(waiting.IsSame(WaitingWorkflow.Of("default", Listed(Memo))));
        Assert.False(waiting.IsSame(WaitingWorkflow.Of("default", Listed(Memo.Replace("ada", "ben", StringComparison.Ordinal)))));
        Assert.False(waiting.IsSame(WaitingWorkflow.Of("other", Listed(Memo))));
        Assert.Equal(2, waiting.Quorum);
    }

    [Fact]
    public void Votes_and_escalations_are_read_and_only_what_stands_counts()
    {
        var approval = Assert.Single(Read(
            """
            [{"id":"1","content":"new","quorum":2,"assignees":["ada","group:g"],"contentHash":"h","onExpiry":"reject","fourEyes":true,"requestedBy":"bot",
              "votes":[{"verdict":"approve","by":"Ada","superseded":true},{"verdict":"approve","by":"Ben","content":"new"}],
              "escalations":[{"dueAt":"2026-11-22T12:00:00Z","assignTo":["boss"],"at":null}],"refused":[{"by":"Eve","reason":"no"}]}]
            """));

        Assert.Equal((1, 2, "h", "reject"), (approval.Approvals, approval.Quorum, approval.ContentHash, approval.OnExpiry));
        Assert.Null(Assert.Single(approval.Escalations).At);
        Assert.Equal("no", Assert.Single(approval.Refused).Reason);
    }

    [Theory]
    [InlineData("ada@x.example", true)]
    [InlineData("ADA@X.example", true)]
    [InlineData("ben@x.example", true)]
    [InlineData("eve@x.example", false)]
    [InlineData("group:finance", false)]
    public void What_is_mine_is_so_by_name_or_by_group(string person, bool mine) =>
        Assert.Equal(mine, ApprovalPeople.IsFor(["ada@x.example", "group:finance"], person, person == "ben@x.example" ? ["Finance"] : []));

    [Theory]
    [InlineData(null)]
    [InlineData("not json")]
    [InlineData("{}")]
    public void Without_a_memo_to_read_the_workflow_itself_is_listed(string? memo)
    {
        var waiting = WaitingWorkflow.Of("default", Listed(memo));

        Assert.Equal(("mail/1", "EmailSupport"), (waiting.Subject, waiting.From));
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero), waiting.RequestedAt);
    }

    private static IReadOnlyList<Approval> Read(string json) =>
        JsonSerializer.Deserialize(json, ApprovalJson.Default.IReadOnlyListApproval)!;

    private static WorkflowExecutionInfo Listed(string? memo)
    {
        var info = new WorkflowExecutionInfo
        {
            Execution = new() { WorkflowId = "mail/1", RunId = "run" },
            Type = new() { Name = "EmailSupport" },
            StartTime = new DateTime(2026, 11, 22, 12, 0, 0, DateTimeKind.Utc).ToTimestamp(),
            Memo = new Memo(),
        };
        if (memo is not null)
            info.Memo.Fields[ApprovalConvention.MemoKey] = new Payload { Data = ByteString.CopyFromUtf8(memo) };
        return info;
    }
}
