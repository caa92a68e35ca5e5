using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>An activity that leaves its worker and is finished by somebody else, who knows its token or its id.</summary>
public class AsyncCompletionTests
{
    private const string ActivityId = "left-alone";

    private readonly TaskCompletionSource<byte[]> token = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_can_be_completed(bool byToken)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(Leave, async () =>
        {
            var handle = await server.CallAsync(new() { ActivityId = ActivityId });
            await (await LeftAsync(server, handle, byToken)).CompleteAsync("by hand");
            Assert.Equal("by hand", await handle.GetResultAsync());
            await handle.ShouldReplayAsync<CallActivity>();
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_can_be_failed(bool byToken)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(Leave, async () =>
        {
            var handle = await server.CallAsync(new() { ActivityId = ActivityId, Retry = new() { MaximumAttempts = 1 } });
            await (await LeftAsync(server, handle, byToken)).FailAsync(new ApplicationFailureException("lost", "Lost"));
            var failure = Assert.IsType<ApplicationFailureException>((await handle.ActivityFailureAsync()).InnerException);
            Assert.Equal("lost", failure.Message);
            Assert.Equal("Lost", failure.ErrorType);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_is_told_of_its_cancellation_by_its_heartbeat_and_can_report_it(bool byToken)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(Leave, async () =>
        {
            var handle = await server.CallAsync(new()
            {
                ActivityId = ActivityId,
                Heartbeat = TimeSpan.FromSeconds(30),
                Cancellation = ActivityCancellationType.WaitCancellationCompleted,
            });
            var activity = await LeftAsync(server, handle, byToken);
            await activity.HeartbeatAsync(new() { Details = ["still here"] });
            var pending = Assert.Single((await handle.DescribeAllAsync()).PendingActivities);
            Assert.Equal("\"still here\"", Assert.Single(pending.HeartbeatDetails.Payloads_).Data.ToStringUtf8());

            await handle.SignalAsync(wf => wf.CancelActivityAsync());
            await handle.WaitForAsync(EventType.ActivityTaskCancelRequested);
            await Assert.ThrowsAsync<AsyncActivityCanceledException>(() => activity.HeartbeatAsync());
            await activity.ReportCancellationAsync(new() { Details = ["swept"] });

            var cancelled = Assert.IsType<CanceledFailureException>((await handle.ActivityFailureAsync()).InnerException);
            Assert.Equal("swept", cancelled.Details.ElementAt<string>(0));
            await handle.ShouldReplayAsync<CallActivity>();
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_can_be_completed_after_a_crash(bool byToken)
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(Leave, async () =>
        {
            var handle = await server.CallAsync(new() { ActivityId = ActivityId, Retry = new() { MaximumAttempts = 1 } });
            var activity = await LeftAsync(server, handle, byToken);
            await server.CrashAndRestartAsync();
            await activity.CompleteAsync("by hand");
            Assert.Equal("by hand", await handle.GetResultAsync());
        });
    }

    [Fact]
    public async Task A_second_completion_is_refused_as_not_found()
    {
        await using var server = await SdkServer.StartAsync();
        await server.WithWorkerAsync(Leave, async () =>
        {
            var handle = await server.CallAsync(new() { ActivityId = ActivityId });
            var activity = await LeftAsync(server, handle, byToken: true);
            await activity.CompleteAsync("first");
            var refused = await Assert.ThrowsAsync<RpcException>(() => activity.CompleteAsync("second"));
            Assert.Equal(RpcException.StatusCode.NotFound, refused.Code);
            Assert.Equal("first", await handle.GetResultAsync());
        });
    }

    private void Leave(TemporalWorkerOptions options) => options.Work<string>(context =>
    {
        token.TrySetResult(context.Info.TaskToken);
        throw new CompleteAsyncException();
    });

    private async Task<AsyncActivityHandle> LeftAsync(SdkServer server, WorkflowHandle handle, bool byToken)
    {
        var taskToken = await token.Task;
        return byToken
            ? server.Client.GetAsyncActivityHandle(taskToken)
            : server.Client.GetAsyncActivityHandle(handle.Id, handle.FirstExecutionRunId!, ActivityId);
    }
}
