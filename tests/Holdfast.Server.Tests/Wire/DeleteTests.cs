using Grpc.Core;
using Holdfast.Server.Tests.Host;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Tests.Wire;

/// <summary>Deleting a workflow, as an operator does it.</summary>
public sealed class DeleteTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-delete-");
    private HoldfastServer server = null!;
    private RawClient client = null!;

    public async Task InitializeAsync()
    {
        server = await HoldfastServer.StartAsync(options => options.DataFile = Path.Combine(folder.FullName, "holdfast.db"));
        client = new RawClient(server);
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_deleted_workflow_is_gone_everywhere_also_after_a_crash(bool closed)
    {
        var started = await StartAsync("order");
        await StartAsync("other");
        if (closed)
            await client.CallAsync<TerminateWorkflowExecutionResponse>(new TerminateWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = Execution("order") });

        await DeleteAsync("order", started.RunId);

        await AssertGoneAsync();
        await server.CrashAsync();
        await server.StartAsync();
        await AssertGoneAsync();

        async Task AssertGoneAsync()
        {
            Assert.Equal(StatusCode.NotFound, (await client.RefusalAsync(Describe("order"))).Code);
            Assert.Equal(StatusCode.NotFound, (await client.RefusalAsync(new DescribeWorkflowExecutionRequest { Namespace = "default", Execution = new WorkflowExecution { WorkflowId = "order", RunId = started.RunId } })).Code);
            Assert.Equal(StatusCode.NotFound, (await client.RefusalAsync(new GetWorkflowExecutionHistoryRequest { Namespace = "default", Execution = Execution("order") })).Code);
            var listed = await client.CallAsync<ListWorkflowExecutionsResponse>(new ListWorkflowExecutionsRequest { Namespace = "default" });
            Assert.Equal("other", Assert.Single(listed.Executions).Execution.WorkflowId);
        }
    }

    [Fact]
    public async Task A_deleted_workflow_is_gone_everywhere_and_its_id_is_free()
    {
        var first = await StartAsync("order");
        await DeleteAsync("order");
        Assert.Equal(StatusCode.NotFound, (await client.RefusalAsync(Describe("order"))).Code);

        var second = await StartAsync("order", WorkflowIdReusePolicy.RejectDuplicate);
        var described = await client.CallAsync<DescribeWorkflowExecutionResponse>(Describe("order"));
        Assert.NotEqual(first.RunId, second.RunId);
        Assert.Equal(second.RunId, described.WorkflowExecutionInfo.Execution.RunId);
    }

    [Fact]
    public async Task Whoever_waits_for_the_end_of_a_deleted_workflow_hears_of_its_termination()
    {
        await StartAsync("order");
        var waiting = client.CallAsync<GetWorkflowExecutionHistoryResponse>(new GetWorkflowExecutionHistoryRequest
        {
            Namespace = "default",
            Execution = Execution("order"),
            WaitNewEvent = true,
            HistoryEventFilterType = HistoryEventFilterType.CloseEvent,
        });
        // Answered behind the wait, which is then armed.
        await client.CallAsync<DescribeWorkflowExecutionResponse>(Describe("order"));
        await DeleteAsync("order");

        try
        {
            var closed = Assert.Single((await waiting).History.Events).WorkflowExecutionTerminatedEventAttributes;
            Assert.Equal("Delete workflow execution", closed.Reason);
            Assert.Equal("history-service", closed.Identity);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            // The wait came to the server behind the deletion: two calls, two streams, no order.
        }
    }

    [Fact]
    public async Task What_is_not_there_cannot_be_deleted()
    {
        await StartAsync("order");
        await DeleteAsync("order");

        Assert.Equal(StatusCode.NotFound, (await client.RefusalAsync(Delete("order"))).Code);
        Assert.Equal(StatusCode.NotFound, (await client.RefusalAsync(Delete("never there"))).Code);
        Assert.Equal(StatusCode.InvalidArgument, (await client.RefusalAsync(Delete(""))).Code);
        Assert.Equal(StatusCode.InvalidArgument, (await client.RefusalAsync(Delete("order", "not a run id"))).Code);
    }

    private static WorkflowExecution Execution(string workflowId) => new() { WorkflowId = workflowId };

    private static DescribeWorkflowExecutionRequest Describe(string workflowId) => new() { Namespace = "default", Execution = Execution(workflowId) };

    private static DeleteWorkflowExecutionRequest Delete(string workflowId, string runId = "") =>
        new() { Namespace = "default", WorkflowExecution = new WorkflowExecution { WorkflowId = workflowId, RunId = runId } };

    private Task DeleteAsync(string workflowId, string runId = "") => client.CallAsync<DeleteWorkflowExecutionResponse>(Delete(workflowId, runId));

    private Task<StartWorkflowExecutionResponse> StartAsync(string workflowId, WorkflowIdReusePolicy policy = WorkflowIdReusePolicy.AllowDuplicate) =>
        client.CallAsync<StartWorkflowExecutionResponse>(new StartWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowId = workflowId,
            RequestId = Guid.NewGuid().ToString(),
            WorkflowType = new WorkflowType { Name = "Order" },
            TaskQueue = new TaskQueue { Name = "orders" },
            WorkflowIdReusePolicy = policy,
        });
}
