using Grpc.Core;
using Holdfast.Server.Tests.Host;
using Temporalio.Api.Common.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Tests.Wire;

/// <summary>Limits that the dynamic configuration sets.</summary>
public class LimitTests
{
    [Fact]
    public async Task Signals_of_a_run_are_limited_as_configured()
    {
        await using var server = await HoldfastServer.StartAsync(options => options.DynamicConfigValues["history.maximumSignalsPerExecution"] = "2");
        using var client = new RawClient(server);
        await StartAsync(client);
        await SignalAsync(client);
        await SignalAsync(client);

        var refused = await Assert.ThrowsAsync<RpcException>(() => SignalAsync(client));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains("2 signals", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Updates_in_flight_are_limited_as_configured()
    {
        await using var server = await HoldfastServer.StartAsync(options => options.DynamicConfigValues["history.maxInFlightUpdates"] = "1");
        using var client = new RawClient(server);
        await StartAsync(client);
        using var gone = new CancellationTokenSource();
        var admitted = UpdateAsync(client, "first", gone.Token);

        // Which of the two comes first is open; with a limit of one, the other is refused, and the one that is in flight waits for a worker.
        var other = UpdateAsync(client, "second", gone.Token);
        var refused = await Assert.ThrowsAsync<RpcException>(() => Task.WhenAny(admitted, other).Unwrap());

        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        await gone.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(() => Task.WhenAll(admitted, other));
    }

    [Theory]
    [InlineData("history.maximumSignalsPerExecution")]
    [InlineData("history.maxInFlightUpdates")]
    [InlineData("history.maxTotalUpdates")]
    public void Zero_is_no_limit_and_less_is_refused(string name)
    {
        var limits = DynamicConfig.Read([new(name, "0")]).Limits;
        Assert.Contains(int.MaxValue, new[] { limits.SignalsPerRun, limits.UpdatesInFlight, limits.UpdatesPerRun });

        var wrong = Assert.Throws<FormatException>(() => DynamicConfig.Read([new(name, "-1")]));
        Assert.Contains(name, wrong.Message, StringComparison.Ordinal);
    }

    private static Task StartAsync(RawClient client) => client.CallAsync<StartWorkflowExecutionResponse>(new StartWorkflowExecutionRequest
    {
        Namespace = "default",
        WorkflowId = "w",
        RequestId = "start",
        WorkflowType = new WorkflowType { Name = "type" },
        TaskQueue = new TaskQueue { Name = "q" },
    });

    private static Task SignalAsync(RawClient client) => client.CallAsync<SignalWorkflowExecutionResponse>(new SignalWorkflowExecutionRequest
    {
        Namespace = "default",
        WorkflowExecution = new WorkflowExecution { WorkflowId = "w" },
        SignalName = "go",
    });

    private static Task<UpdateWorkflowExecutionResponse> UpdateAsync(RawClient client, string id, CancellationToken cancellation) =>
        client.CallAsync<UpdateWorkflowExecutionResponse>(
            new UpdateWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new WorkflowExecution { WorkflowId = "w" },
                Request = new Request { Meta = new Meta { UpdateId = id }, Input = new Input { Name = "update" } },
            },
            cancellation: cancellation);
}
