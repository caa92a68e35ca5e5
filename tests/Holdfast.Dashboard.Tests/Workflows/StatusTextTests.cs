using Holdfast.Dashboard.Workflows;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Dashboard.Tests.Workflows;

public sealed class StatusTextTests
{
    [Fact]
    public void Every_status_of_the_protocol_can_be_chosen() =>
        Assert.Equal(
            Enum.GetValues<WorkflowExecutionStatus>().Where(status => status is not WorkflowExecutionStatus.Unspecified).Order(),
            StatusText.All.Order());
}
