using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Holdfast.Server.Tests.Host;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Namespace.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Tests.Wire;

public sealed class NamespaceTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private static readonly Duration OneDay = Duration.FromTimeSpan(TimeSpan.FromDays(1));

    private RawClient Client => fixture.Client;

    [Fact]
    public async Task The_default_namespace_is_there_with_limits_and_capabilities()
    {
        var described = await Client.CallAsync<DescribeNamespaceResponse>(new DescribeNamespaceRequest { Namespace = "default" });

        Assert.Equal("default", described.NamespaceInfo.Name);
        Assert.Equal(NamespaceState.Registered, described.NamespaceInfo.State);
        Assert.True(Guid.TryParse(described.NamespaceInfo.Id, out _));
        Assert.Equal(OneDay, described.Config.WorkflowExecutionRetentionTtl);
        Assert.Equal(2 * 1024 * 1024, described.NamespaceInfo.Limits.BlobSizeLimitError);
        Assert.Equal(2 * 1024 * 1024, described.NamespaceInfo.Limits.MemoSizeLimitError);
        Assert.False(described.NamespaceInfo.Capabilities.StandaloneActivities);
        Assert.False(described.NamespaceInfo.Capabilities.WorkerCommands);
        Assert.Equal("active", described.ReplicationConfig.ActiveClusterName);
    }

    [Fact]
    public async Task A_registered_namespace_is_found_by_name_and_by_id_and_in_the_list()
    {
        await RegisterAsync("orders");

        var byName = await Client.CallAsync<DescribeNamespaceResponse>(new DescribeNamespaceRequest { Namespace = "orders" });
        var byId = await Client.CallAsync<DescribeNamespaceResponse>(new DescribeNamespaceRequest { Id = byName.NamespaceInfo.Id });
        var all = await Client.CallAsync<ListNamespacesResponse>(new ListNamespacesRequest());

        Assert.Equal(byName, byId);
        Assert.Equal("who sells", byName.NamespaceInfo.Description);
        Assert.Contains(all.Namespaces, one => one.NamespaceInfo.Name == "orders");
    }

    [Fact]
    public async Task The_list_of_namespaces_comes_in_pages()
    {
        foreach (var name in new[] { "page-1", "page-2", "page-3" })
            await RegisterAsync(name);

        var names = new List<string>();
        var request = new ListNamespacesRequest { PageSize = 2 };
        do
        {
            var page = await Client.CallAsync<ListNamespacesResponse>(request);
            Assert.InRange(page.Namespaces.Count, 1, 2);
            names.AddRange(page.Namespaces.Select(one => one.NamespaceInfo.Name));
            request.NextPageToken = page.NextPageToken;
        }
        while (!request.NextPageToken.IsEmpty);

        Assert.Equal(names.Distinct().Order(StringComparer.Ordinal), names);
        Assert.Superset(new HashSet<string> { "default", "page-1", "page-2", "page-3" }, names.ToHashSet());
    }

    [Fact]
    public async Task A_second_namespace_of_the_same_name_is_refused()
    {
        await RegisterAsync("twice");

        var refusal = await Client.RefusalAsync(new RegisterNamespaceRequest { Namespace = "twice", WorkflowExecutionRetentionPeriod = OneDay });

        Assert.Equal(StatusCode.AlreadyExists, refusal.Code);
        refusal.DetailAs<NamespaceAlreadyExistsFailure>();
    }

    [Fact]
    public async Task An_unknown_namespace_is_not_found()
    {
        var refusal = await Client.RefusalAsync(new DescribeNamespaceRequest { Namespace = "nowhere" });

        Assert.Equal(StatusCode.NotFound, refusal.Code);
        Assert.Equal("Namespace nowhere is not found.", refusal.Message);
        Assert.Equal("nowhere", refusal.DetailAs<NamespaceNotFoundFailure>().Namespace);
    }

    [Fact]
    public async Task Name_and_id_together_are_refused()
    {
        var refusal = await Client.RefusalAsync(new DescribeNamespaceRequest { Namespace = "default", Id = "x" });

        Assert.Equal(StatusCode.InvalidArgument, refusal.Code);
    }

    [Fact]
    public async Task A_namespace_needs_a_retention()
    {
        var refusal = await Client.RefusalAsync(new RegisterNamespaceRequest { Namespace = "forgetful" });

        Assert.Equal((StatusCode.InvalidArgument, "A valid retention period is not set on request."), (refusal.Code, refusal.Message));
    }

    [Fact]
    public async Task A_name_that_is_too_long_is_refused()
    {
        var refusal = await Client.RefusalAsync(new RegisterNamespaceRequest { Namespace = new string('n', 1001), WorkflowExecutionRetentionPeriod = OneDay });

        Assert.Equal((StatusCode.InvalidArgument, "Namespace length exceeds limit."), (refusal.Code, refusal.Message));
    }

    [Fact]
    public async Task An_update_changes_what_it_names_and_nothing_else()
    {
        await RegisterAsync("changing");

        await Client.CallAsync<UpdateNamespaceResponse>(new UpdateNamespaceRequest
        {
            Namespace = "changing",
            UpdateInfo = new UpdateNamespaceInfo { OwnerEmail = "ops@example.com", Data = { ["team"] = "ops" } },
            Config = new NamespaceConfig { WorkflowExecutionRetentionTtl = Duration.FromTimeSpan(TimeSpan.FromDays(30)) },
        });
        var described = await Client.CallAsync<DescribeNamespaceResponse>(new DescribeNamespaceRequest { Namespace = "changing" });

        Assert.Equal("who sells", described.NamespaceInfo.Description);
        Assert.Equal("ops@example.com", described.NamespaceInfo.OwnerEmail);
        Assert.Equal("ops", described.NamespaceInfo.Data["team"]);
        Assert.Equal(TimeSpan.FromDays(30), described.Config.WorkflowExecutionRetentionTtl.ToTimeSpan());
    }

    [Fact]
    public async Task A_deprecated_namespace_says_so()
    {
        await RegisterAsync("old");

        await Client.CallAsync<DeprecateNamespaceResponse>(new DeprecateNamespaceRequest { Namespace = "old" });
        var described = await Client.CallAsync<DescribeNamespaceResponse>(new DescribeNamespaceRequest { Namespace = "old" });

        Assert.Equal(NamespaceState.Deprecated, described.NamespaceInfo.State);
    }

    private Task RegisterAsync(string name) => Client.CallAsync<RegisterNamespaceResponse>(
        new RegisterNamespaceRequest { Namespace = name, Description = "who sells", WorkflowExecutionRetentionPeriod = OneDay });
}
