using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Core;
using Holdfast.Server.Tests.Host;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Tests.Wire;

/// <summary>What the server does with more than it can take, and with peers that are no longer there.</summary>
public class OverloadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Requests_that_take_too_much_memory_are_refused_with_a_cause_until_there_is_room()
    {
        await using var server = await HoldfastServer.StartAsync(options => options.RequestBytesInFlight = 1_000_000);
        using var client = new RawClient(server);
        await client.CallAsync<StartWorkflowExecutionResponse>(Start("w", 10));

        // Queries wait here for a worker that never comes, with all that they carry.
        using var gone = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 9).Select(_ => client.CallAsync<QueryWorkflowResponse>(Query(100_000), cancellation: gone.Token)).ToList();
        var refusal = await RefusedAsync();

        Assert.Equal(StatusCode.ResourceExhausted, refusal.Code);
        Assert.Equal(ResourceExhaustedCause.SystemOverloaded, refusal.DetailAs<ResourceExhaustedFailure>().Cause);
        await client.CallAsync<DescribeWorkflowExecutionResponse>(new DescribeWorkflowExecutionRequest { Namespace = "default", Execution = new WorkflowExecution { WorkflowId = "w" } });

        await gone.CancelAsync();
        foreach (var query in waiting)
            await Assert.ThrowsAsync<RpcException>(() => query);
        await TakenAsync();

        // The queries may not all have arrived when the first start is tried: it is then taken, and another is tried.
        async Task<RawClient.Refusal> RefusedAsync()
        {
            using var limit = new CancellationTokenSource(Patience);
            for (var i = 0; ; i++)
            {
                try
                {
                    await client.CallAsync<StartWorkflowExecutionResponse>(Start($"large-{i}", 200_000), cancellation: limit.Token);
                }
                catch (RpcException e)
                {
                    return RawClient.Refusal.Of(e);
                }
            }
        }

        async Task TakenAsync()
        {
            using var limit = new CancellationTokenSource(Patience);
            while (true)
            {
                try
                {
                    await client.CallAsync<StartWorkflowExecutionResponse>(Start("late", 200_000), cancellation: limit.Token);
                    return;
                }
                catch (RpcException e) when (e.StatusCode == StatusCode.ResourceExhausted && !limit.IsCancellationRequested)
                {
                    await Task.Yield();
                }
            }
        }
    }

    [Fact]
    public async Task A_peer_that_fell_silent_is_disconnected()
    {
        await using var server = await HoldfastServer.StartAsync(options =>
        {
            options.DynamicConfigValues["frontend.keepAliveTime"] = "1s";
            options.DynamicConfigValues["frontend.keepAliveTimeout"] = "1s";
        });
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, server.Port);
        var stream = silent.GetStream();

        // HTTP/2's preface and an empty SETTINGS frame; from then on nothing, not even an answer to a ping.
        await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await stream.WriteAsync(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0 });
        var buffer = new byte[1024];
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            while (await stream.ReadAsync(buffer, limit.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Reset rather than closed: it is gone either way.
        }

        Assert.False(limit.IsCancellationRequested);
    }

    private static QueryWorkflowRequest Query(int bytes) => new()
    {
        Namespace = "default",
        Execution = new WorkflowExecution { WorkflowId = "w" },
        Query = new WorkflowQuery { QueryType = "state", QueryArgs = Bytes(bytes) },
    };

    private static StartWorkflowExecutionRequest Start(string workflowId, int bytes) => new()
    {
        Namespace = "default",
        WorkflowId = workflowId,
        RequestId = workflowId,
        WorkflowType = new WorkflowType { Name = "type" },
        TaskQueue = new TaskQueue { Name = "q" },
        Input = Bytes(bytes),
    };

    private static Payloads Bytes(int count) => new() { Payloads_ = { new Payload { Data = ByteString.CopyFrom(new byte[count]) } } };
}
