using Temporalio.Activities;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Payloads beyond Temporal's own limits, where they are configured.</summary>
public class LargePayloadTests
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public async Task A_payload_of_20_MB_goes_through_where_the_limit_allows_it()
    {
        await using var server = await SdkServer.StartAsync(options =>
        {
            options.DynamicConfigValues["limit.blobSize.error"] = $"{64 * Megabyte}";
            options.DynamicConfigValues["limit.historySize.error"] = $"{500 * Megabyte}";
        });
        var text = Text(20 * Megabyte);

        await server.WithWorkerAsync(Configure, async () =>
        {
            var handle = await server.Client.StartWorkflowAsync((PassOn wf) => wf.RunAsync(text), server.Options());
            Assert.Equal(text, await handle.GetResultAsync());
        });

        var described = await server.Client.WorkflowService.DescribeNamespaceAsync(new DescribeNamespaceRequest { Namespace = "default" });
        Assert.Equal(64 * Megabyte, described.NamespaceInfo.Limits.BlobSizeLimitError);
    }

    [Fact]
    public async Task By_default_payloads_keep_to_the_limits_of_Temporals_server()
    {
        await using var server = await SdkServer.StartAsync();

        var tooLarge = await Assert.ThrowsAsync<RpcException>(
            () => server.Client.StartWorkflowAsync((PassOn wf) => wf.RunAsync(Text(3 * Megabyte)), server.Options()));
        var farTooLarge = await Assert.ThrowsAsync<RpcException>(
            () => server.Client.StartWorkflowAsync((PassOn wf) => wf.RunAsync(Text(20 * Megabyte)), server.Options()));

        Assert.Equal(RpcException.StatusCode.InvalidArgument, tooLarge.Code);
        Assert.StartsWith("Blob data size exceeds limit.", tooLarge.Message, StringComparison.Ordinal);
        Assert.Equal(RpcException.StatusCode.ResourceExhausted, farTooLarge.Code);
        var described = await server.Client.WorkflowService.DescribeNamespaceAsync(new DescribeNamespaceRequest { Namespace = "default" });
        Assert.Equal(2 * Megabyte, described.NamespaceInfo.Limits.BlobSizeLimitError);
    }

    [Fact]
    public async Task A_workflow_whose_history_outgrows_the_limit_is_terminated()
    {
        await using var server = await SdkServer.StartAsync(options => options.DynamicConfigValues["limit.historySize.error"] = "100000");
        var handle = await server.Client.StartWorkflowAsync((PassOn wf) => wf.RunAsync("short"), server.Options());
        for (var i = 0; i < 2; i++)
            await handle.SignalAsync("said", [Text(60_000)]);

        var refused = await Assert.ThrowsAsync<RpcException>(() => handle.SignalAsync("said", ["more"]));

        Assert.Equal((RpcException.StatusCode.InvalidArgument, "Workflow history size exceeds limit."), (refused.Code, refused.Message));
        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
        Assert.Equal("Workflow history size exceeds limit.", Assert.IsType<TerminatedFailureException>(failed.InnerException).Message);
    }

    private static void Configure(TemporalWorkerOptions worker) => worker.AddWorkflow<PassOn>().AddActivity(PassOn.Echo);

    private static string Text(int length) => string.Create(length, 7, static (text, seed) =>
    {
        var random = new Random(seed);
        for (var i = 0; i < text.Length; i++)
            text[i] = (char)('a' + random.Next(26));
    });

    /// <summary>Gives its input to an activity, and the activity's result back.</summary>
    [Workflow]
    public class PassOn
    {
        [WorkflowRun]
        public async Task<string> RunAsync(string text) =>
            await Workflow.ExecuteActivityAsync(() => Echo(text), new() { StartToCloseTimeout = TimeSpan.FromSeconds(20) });

        [WorkflowSignal("said")]
        public Task SaidAsync(string word)
        {
            _ = word;
            return Task.CompletedTask;
        }

        [Activity]
        public static string Echo(string text) => text;
    }
}
