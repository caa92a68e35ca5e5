using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Holdfast.Server.Tests.Host;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Tests.Wire;

public sealed class SearchAttributeTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private RawClient Client => fixture.Client;

    [Fact]
    public async Task A_registered_attribute_is_listed_at_once()
    {
        await AddAsync("Customer", IndexedValueType.Keyword);

        var listed = await Client.CallAsync<ListSearchAttributesResponse>(new ListSearchAttributesRequest { Namespace = "default" });
        var all = await Client.CallAsync<GetSearchAttributesResponse>(new GetSearchAttributesRequest());
        var described = await Client.CallAsync<DescribeNamespaceResponse>(new DescribeNamespaceRequest { Namespace = "default" });

        Assert.Equal(IndexedValueType.Keyword, listed.CustomAttributes["Customer"]);
        Assert.Equal(IndexedValueType.Datetime, listed.SystemAttributes["StartTime"]);
        Assert.Equal(IndexedValueType.Keyword, all.Keys["Customer"]);
        Assert.Contains("Customer", described.Config.CustomSearchAttributeAliases.Values);
    }

    [Fact]
    public async Task Registering_again_changes_nothing_but_another_type_is_refused()
    {
        await AddAsync("Amount", IndexedValueType.Int);
        await AddAsync("Amount", IndexedValueType.Int);

        var refusal = await Client.RefusalAsync(Add("Amount", IndexedValueType.Text));

        Assert.Equal(StatusCode.AlreadyExists, refusal.Code);
        Assert.Contains("Amount", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_removed_attribute_is_gone_and_an_unknown_one_is_not_found()
    {
        await AddAsync("Brief", IndexedValueType.Bool);

        await Client.CallAsync<RemoveSearchAttributesResponse>(new RemoveSearchAttributesRequest { Namespace = "default", SearchAttributes = { "Brief" } });
        var refusal = await Client.RefusalAsync(new RemoveSearchAttributesRequest { Namespace = "default", SearchAttributes = { "Brief" } });

        Assert.Equal((StatusCode.NotFound, "Search attribute Brief doesn't exist."), (refusal.Code, refusal.Message));
    }

    [Theory]
    [InlineData("WorkflowId")]
    [InlineData("BuildIds")]
    [InlineData("TemporalWhatever")]
    public async Task Names_of_the_server_are_refused(string name)
    {
        var refusal = await Client.RefusalAsync(Add(name, IndexedValueType.Keyword));

        Assert.Equal(StatusCode.InvalidArgument, refusal.Code);
        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_attribute_without_a_type_is_refused()
    {
        var refusal = await Client.RefusalAsync(Add("Typeless", IndexedValueType.Unspecified));

        Assert.Equal(StatusCode.InvalidArgument, refusal.Code);
        Assert.Contains("Typeless", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_namespace_has_attributes_of_its_own()
    {
        await Client.CallAsync<RegisterNamespaceResponse>(
            new RegisterNamespaceRequest { Namespace = "apart", WorkflowExecutionRetentionPeriod = Duration.FromTimeSpan(TimeSpan.FromDays(1)) });
        await AddAsync("OnlyDefault", IndexedValueType.Double);

        var listed = await Client.CallAsync<ListSearchAttributesResponse>(new ListSearchAttributesRequest { Namespace = "apart" });

        Assert.DoesNotContain("OnlyDefault", listed.CustomAttributes.Keys);
    }

    private static AddSearchAttributesRequest Add(string name, IndexedValueType type) => new() { Namespace = "default", SearchAttributes = { [name] = type } };

    private Task AddAsync(string name, IndexedValueType type) => Client.CallAsync<AddSearchAttributesResponse>(Add(name, type));
}
