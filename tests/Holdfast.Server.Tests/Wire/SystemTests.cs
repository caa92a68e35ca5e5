using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Tests.Wire;

public sealed class SystemTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task System_info_names_a_version_and_what_the_server_can_do()
    {
        var info = await fixture.Client.CallAsync<GetSystemInfoResponse>(new GetSystemInfoRequest());

        Assert.Matches(@"^1\.\d+\.\d+$", info.ServerVersion);
        Assert.True(info.Capabilities.SdkMetadata);
        Assert.True(info.Capabilities.ActivityFailureIncludeHeartbeat);
        Assert.False(info.Capabilities.SupportsSchedules);
        Assert.False(info.Capabilities.Nexus);
    }

    [Fact]
    public async Task Cluster_info_names_the_only_cluster()
    {
        var info = await fixture.Client.CallAsync<GetClusterInfoResponse>(new GetClusterInfoRequest());
        var clusters = await fixture.Client.CallAsync<ListClustersResponse>(new ListClustersRequest());

        Assert.Equal("active", info.ClusterName);
        Assert.Equal("memory", info.PersistenceStore);
        Assert.Equal(info.ClusterId, Assert.Single(clusters.Clusters).ClusterId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("temporal.api.workflowservice.v1.WorkflowService")]
    [InlineData("temporal.api.operatorservice.v1.OperatorService")]
    public async Task Health_says_that_it_serves(string service)
    {
        var health = await fixture.Client.CallAsync<HealthCheckResponse>("grpc.health.v1.Health", "Check", new HealthCheckRequest { Service = service });

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
    }

    [Fact]
    public async Task Reflection_lists_the_services_and_describes_the_contract()
    {
        using var call = new ServerReflection.ServerReflectionClient(fixture.Client.Channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { FileContainingSymbol = "temporal.api.workflowservice.v1.WorkflowService" });
        await call.RequestStream.CompleteAsync();

        var replies = new List<ServerReflectionResponse>();
        await foreach (var reply in call.ResponseStream.ReadAllAsync())
            replies.Add(reply);

        var services = replies[0].ListServicesResponse.Service.Select(service => service.Name).ToArray();
        Assert.Contains("temporal.api.workflowservice.v1.WorkflowService", services);
        Assert.Contains("temporal.api.operatorservice.v1.OperatorService", services);
        Assert.Contains("grpc.health.v1.Health", services);
        Assert.NotEmpty(replies[1].FileDescriptorResponse.FileDescriptorProto);
    }
}
