using Holdfast.Dashboard.Workflows;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Dashboard.Tests.Workflows;

public sealed class WorkflowListFilterTests
{
    [Fact]
    public void Nothing_chosen_asks_for_everything() =>
        Assert.Equal("", new WorkflowListFilter("", []).ToQuery());

    [Fact]
    public void Statuses_are_asked_for_by_their_protocol_names() =>
        Assert.Equal(
            """ExecutionStatus IN ("Running", "TimedOut")""",
            new WorkflowListFilter("", [WorkflowExecutionStatus.Running, WorkflowExecutionStatus.TimedOut]).ToQuery());

    [Fact]
    public void Plain_words_look_for_ids_and_types() =>
        Assert.Equal(
            """(WorkflowId STARTS_WITH "mail/42" OR WorkflowType STARTS_WITH "mail/42" OR RunId = "mail/42")""",
            new WorkflowListFilter(" mail/42 ", []).ToQuery());

    [Theory]
    [InlineData("""WorkflowType = "A" OR WorkflowType = "B" """)]
    [InlineData("""StartTime > "2026-11-01T00:00:00Z" """)]
    [InlineData("""WorkflowId in ("a", "b")""")]
    [InlineData("CloseTime IS NULL")]
    [InlineData("""WorkflowId starts_with "a" """)]
    public void A_filter_of_ones_own_goes_to_the_server_as_it_is_and_stays_one_condition(string own) =>
        Assert.Equal(
            $"({own.Trim()}) AND ExecutionStatus IN (\"Failed\")",
            new WorkflowListFilter(own, [WorkflowExecutionStatus.Failed]).ToQuery());

    [Fact]
    public void A_quote_in_plain_words_cannot_leave_the_literal() =>
        Assert.Contains("""RunId = "a\"b\\c")""", new WorkflowListFilter("""a"b\c""", []).ToQuery(), StringComparison.Ordinal);

    [Fact]
    public void Counts_follow_the_search_and_not_the_statuses() =>
        Assert.Equal(
            """(WorkflowId STARTS_WITH "x" OR WorkflowType STARTS_WITH "x" OR RunId = "x") GROUP BY ExecutionStatus""",
            new WorkflowListFilter("x", [WorkflowExecutionStatus.Failed]).ToCountQuery());
}
