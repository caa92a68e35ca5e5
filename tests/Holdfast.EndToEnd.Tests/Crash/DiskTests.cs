using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Holdfast.EndToEnd.Tests.Programs;
using Temporalio.Api.Common.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.EndToEnd.Tests.Crash;

public sealed class DiskTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task On_a_full_disk_writes_are_refused_reads_go_on_and_all_is_well_once_there_is_room()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 12);
        await disk.FillAsync(megabytes: 6);
        await using var server = await HoldfastServer.StartAsync(disk.FullName);
        using var calls = new ProtocolClient(server.Target);
        List<string> acknowledged = [];
        RpcException? refused = null;
        for (var i = 0; refused is null; i++)
        {
            try
            {
                await calls.CallAsync<StartWorkflowExecutionResponse>(Start($"order-{i}"));
                acknowledged.Add($"order-{i}");
                Assert.True(i < 1_000, "The disk never was full.");
            }
            catch (RpcException e)
            {
                refused = e;
            }
        }

        Assert.True(refused.StatusCode is StatusCode.Unavailable or StatusCode.ResourceExhausted, refused.Status.ToString());
        Assert.Contains("is full", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(acknowledged.Count, await CountAsync());
        await calls.CallAsync<DescribeWorkflowExecutionResponse>(Describe(acknowledged[0]));

        disk.Free();
        await Eventually.SeesAsync("a start to be taken again", TryStartAsync, taken => taken, Limit);

        foreach (var workflowId in acknowledged)
            await calls.CallAsync<DescribeWorkflowExecutionResponse>(Describe(workflowId));
        await server.KillAsync();
        await ProgramUnderTest.RunAsync(new ProcessStartInfo(HoldfastServer.Executable, ["check", "--db-filename", server.Database]), Limit);

        async Task<long> CountAsync() =>
            (await calls.CallAsync<CountWorkflowExecutionsResponse>(new CountWorkflowExecutionsRequest { Namespace = ProtocolClient.Namespace })).Count;

        async Task<bool> TryStartAsync()
        {
            try
            {
                await calls.CallAsync<StartWorkflowExecutionResponse>(Start("late order"));
                return true;
            }
            catch (RpcException e) when (ProtocolClient.IsTransient(e))
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task Killed_on_a_full_disk_the_server_comes_back_with_all_that_was_acknowledged_once_there_is_room()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 12);
        await disk.FillAsync(megabytes: 6);
        await using var server = await HoldfastServer.StartAsync(disk.FullName);
        using var calls = new ProtocolClient(server.Target);
        List<string> acknowledged = [];
        for (var refused = 0; refused < 5;)
        {
            var workflowId = $"order-{acknowledged.Count}-{refused}";
            try
            {
                await calls.CallAsync<StartWorkflowExecutionResponse>(Start(workflowId));
                acknowledged.Add(workflowId);
                Assert.True(acknowledged.Count < 1_000, "The disk never was full.");
            }
            catch (RpcException e) when (ProtocolClient.IsTransient(e))
            {
                refused++;
            }
        }

        await server.KillAsync();
        disk.Free();
        await server.StartAgainAsync();

        foreach (var workflowId in acknowledged)
            await calls.CallAsync<DescribeWorkflowExecutionResponse>(Describe(workflowId));
        await calls.CallAsync<StartWorkflowExecutionResponse>(Start("late order"));
        await server.KillAsync();
        await ProgramUnderTest.RunAsync(new ProcessStartInfo(HoldfastServer.Executable, ["check", "--db-filename", server.Database]), Limit);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_to_is_said_in_one_line()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 4);
        await disk.MakeReadOnlyAsync();

        using var process = Process.Start(new ProcessStartInfo(
            HoldfastServer.Executable, ["server", "start-dev", "--headless", "--port", "0", "--db-filename", Path.Combine(disk.FullName, "holdfast.db")])
        {
            RedirectStandardError = true,
        })!;
        var said = await process.StandardError.ReadToEndAsync().WaitAsync(Limit);
        await process.WaitForExitAsync().WaitAsync(Limit);

        Assert.Equal(1, process.ExitCode);
        Assert.Single(said.TrimEnd('\n').Split('\n'));
        Assert.Contains($"The database folder {disk.FullName} cannot be written to", said, StringComparison.Ordinal);
    }

    private static DescribeWorkflowExecutionRequest Describe(string workflowId) =>
        new() { Namespace = ProtocolClient.Namespace, Execution = new WorkflowExecution { WorkflowId = workflowId } };

    private static StartWorkflowExecutionRequest Start(string workflowId) => new()
    {
        Namespace = ProtocolClient.Namespace,
        WorkflowId = workflowId,
        RequestId = workflowId,
        WorkflowType = new WorkflowType { Name = "order" },
        TaskQueue = new TaskQueue { Name = "orders" },
        Input = new Payloads { Payloads_ = { new Payload { Data = ByteString.CopyFrom(new byte[30_000]) } } },
    };
}
