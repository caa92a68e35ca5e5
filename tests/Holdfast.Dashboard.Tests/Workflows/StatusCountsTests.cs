using Google.Protobuf;
using Holdfast.Dashboard.Workflows;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Dashboard.Tests.Workflows;

public sealed class StatusCountsTests
{
    [Fact]
    public void Groups_are_read_by_status_and_what_cannot_be_read_is_left_out()
    {
        var counts = StatusCounts.From(new CountWorkflowExecutionsResponse
        {
            Groups = { Group("\"Running\"", 3), Group("\"Martian\"", 4), Group("not json", 5), Group("\"TimedOut\"", 6) },
        });

        Assert.Equal(
            [(WorkflowExecutionStatus.Running, 3L), (WorkflowExecutionStatus.TimedOut, 6L)],
            counts.Select(pair => (pair.Key, pair.Value)).Order());
    }

    private static CountWorkflowExecutionsResponse.Types.AggregationGroup Group(string json, long count) =>
        new() { GroupValues = { new Payload { Data = ByteString.CopyFromUtf8(json) } }, Count = count };
}
