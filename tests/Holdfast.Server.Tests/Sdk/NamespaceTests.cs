using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Worker;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Namespaces as an SDK's client meets them: each is a world of its own.</summary>
public class NamespaceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Workflows_of_two_namespaces_know_nothing_of_each_other(bool crash)
    {
        await using var server = await SdkServer.StartAsync();
        await server.Client.WorkflowService.RegisterNamespaceAsync(new RegisterNamespaceRequest
        {
            Namespace = "other",
            WorkflowExecutionRetentionPeriod = Duration.FromTimeSpan(TimeSpan.FromDays(1)),
        });
        if (crash)
            await server.CrashAndRestartAsync();

        var other = new TemporalClient(server.Client.Connection, new() { Namespace = "other" });
        var here = await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options("same-id"));
        var there = await other.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options("same-id"));
        Assert.NotEqual(here.ResultRunId, there.ResultRunId);
        await there.SignalAsync(wf => wf.SayAsync("there"));
        await there.SignalAsync(wf => wf.EndAsync());

        await server.WithWorkerAsync(worker => worker.AddWorkflow<Conversation>(), async () =>
        {
            // The worker of this namespace takes its own workflow's task, and not the other one's, though the task queues have one name.
            Assert.Equal("", await here.QueryAsync(wf => wf.Said()));
            Assert.Equal(WorkflowExecutionStatus.Running, (await there.DescribeAsync()).Status);
            using var worker = new TemporalWorker(other, new TemporalWorkerOptions(server.TaskQueue).AddWorkflow<Conversation>());
            await worker.ExecuteAsync(async () => Assert.Equal("there", await there.GetResultAsync()));
        });

        Assert.Equal(1, (await server.Client.CountWorkflowsAsync("")).Count);
        Assert.Equal(1, (await other.CountWorkflowsAsync("ExecutionStatus = 'Completed'")).Count);
        Assert.Equal(0, (await server.Client.CountWorkflowsAsync("ExecutionStatus = 'Completed'")).Count);
        Assert.Equal(
            RpcException.StatusCode.NotFound,
            (await Assert.ThrowsAsync<RpcException>(() => server.Client.GetWorkflowHandle("same-id", there.ResultRunId).DescribeAsync())).Code);
    }

    [Fact]
    public async Task An_unknown_namespace_is_refused_by_name()
    {
        await using var server = await SdkServer.StartAsync();
        var nowhere = new TemporalClient(server.Client.Connection, new() { Namespace = "nowhere" });
        var refused = await Assert.ThrowsAsync<RpcException>(() => nowhere.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), server.Options()));
        Assert.Equal((RpcException.StatusCode.NotFound, "Namespace nowhere is not found."), (refused.Code, refused.Message));
        refused = await Assert.ThrowsAsync<RpcException>(() => nowhere.CountWorkflowsAsync(""));
        Assert.Equal(RpcException.StatusCode.NotFound, refused.Code);
        using var worker = new TemporalWorker(nowhere, new TemporalWorkerOptions(server.TaskQueue).AddWorkflow<Conversation>());
        await Assert.ThrowsAnyAsync<Exception>(() => worker.ExecuteAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Registering_a_namespace_twice_is_refused_and_its_settings_survive_a_crash()
    {
        await using var server = await SdkServer.StartAsync();
        var service = server.Client.WorkflowService;
        var register = new RegisterNamespaceRequest
        {
            Namespace = "team",
            Description = "first",
            OwnerEmail = "team@example.com",
            WorkflowExecutionRetentionPeriod = Duration.FromTimeSpan(TimeSpan.FromDays(3)),
            Data = { ["color"] = "blue" },
        };
        await service.RegisterNamespaceAsync(register);
        var twice = await Assert.ThrowsAsync<RpcException>(() => service.RegisterNamespaceAsync(register));
        Assert.Equal(RpcException.StatusCode.AlreadyExists, twice.Code);

        await service.UpdateNamespaceAsync(new UpdateNamespaceRequest
        {
            Namespace = "team",
            UpdateInfo = new() { Description = "second" },
            Config = new() { WorkflowExecutionRetentionTtl = Duration.FromTimeSpan(TimeSpan.FromDays(5)) },
        });
        var before = await service.DescribeNamespaceAsync(new DescribeNamespaceRequest { Namespace = "team" });
        await server.CrashAndRestartAsync();

        var described = await service.DescribeNamespaceAsync(new DescribeNamespaceRequest { Namespace = "team" });
        Assert.Equal(before, described);
        Assert.Equal(("second", "team@example.com", "blue"), (described.NamespaceInfo.Description, described.NamespaceInfo.OwnerEmail, described.NamespaceInfo.Data["color"]));
        Assert.Equal(TimeSpan.FromDays(5), described.Config.WorkflowExecutionRetentionTtl.ToTimeSpan());
        Assert.Equal(described, await service.DescribeNamespaceAsync(new DescribeNamespaceRequest { Id = described.NamespaceInfo.Id }));
        var listed = await service.ListNamespacesAsync(new ListNamespacesRequest { PageSize = 100 });
        Assert.Contains("team", listed.Namespaces.Select(found => found.NamespaceInfo.Name));
        Assert.Contains("default", listed.Namespaces.Select(found => found.NamespaceInfo.Name));
    }

    [Fact]
    public async Task A_search_attribute_is_usable_from_the_moment_it_is_added_until_it_is_removed()
    {
        await using var server = await SdkServer.StartAsync();
        var key = SearchAttributeKey.CreateKeyword("Region");
        var options = server.Options("somewhere");
        options.TypedSearchAttributes = new SearchAttributeCollection.Builder().Set(key, "north").ToSearchAttributeCollection();
        await Assert.ThrowsAsync<RpcException>(() => server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), options));

        var operators = server.Client.OperatorService;
        await operators.AddSearchAttributesAsync(new AddSearchAttributesRequest { Namespace = "default", SearchAttributes = { ["Region"] = IndexedValueType.Keyword } });
        await server.CrashAndRestartAsync();
        var listed = await operators.ListSearchAttributesAsync(new ListSearchAttributesRequest { Namespace = "default" });
        Assert.Equal(IndexedValueType.Keyword, listed.CustomAttributes["Region"]);
        await server.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), options);
        Assert.Equal(1, (await server.Client.CountWorkflowsAsync("Region = 'north'")).Count);

        await operators.RemoveSearchAttributesAsync(new RemoveSearchAttributesRequest { Namespace = "default", SearchAttributes = { "Region" } });
        var refused = await Assert.ThrowsAsync<RpcException>(() => server.Client.CountWorkflowsAsync("Region = 'north'"));
        Assert.Equal(RpcException.StatusCode.InvalidArgument, refused.Code);
    }
}
