using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Holdfast.Server.Tests.Host;
using Temporalio.Api.Common.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Tests.Wire;

public sealed class TransportTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_over_4_MiB_is_refused_in_the_words_that_SDKs_know(bool compressed)
    {
        var request = new StartWorkflowExecutionRequest
        {
            Input = new Payloads { Payloads_ = { new Payload { Data = ByteString.CopyFrom(new byte[5 * 1024 * 1024]) } } },
        };

        var headers = compressed ? new Metadata { { "grpc-internal-encoding-request", "gzip" } } : null;
        var refusal = await fixture.Client.RefusalAsync(request, headers);

        Assert.Equal(StatusCode.ResourceExhausted, refusal.Code);
        Assert.StartsWith("grpc: received message larger than max", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compressed_requests_are_understood()
    {
        var described = await fixture.Client.CallAsync<DescribeNamespaceResponse>(
            new DescribeNamespaceRequest { Namespace = "default" }, new Metadata { { "grpc-internal-encoding-request", "gzip" } });

        Assert.Equal("default", described.NamespaceInfo.Name);
    }

    [Fact]
    public async Task With_API_keys_only_their_holders_are_answered()
    {
        await using var server = await HoldfastServer.StartAsync(options =>
        {
            options.ApiKeyHashes.Add(Convert.ToHexString(SHA256.HashData("first key"u8)));
            options.ApiKeyHashes.Add(Convert.ToHexStringLower(SHA256.HashData("second key"u8)));
        });
        using var client = new RawClient(server);

        var without = await client.RefusalAsync(new GetSystemInfoRequest());
        var wrong = await client.RefusalAsync(new GetSystemInfoRequest(), Key("Bearer third key"));
        var bare = await client.RefusalAsync(new GetSystemInfoRequest(), Key("first key"));
        await client.CallAsync<GetSystemInfoResponse>(new GetSystemInfoRequest(), Key("Bearer first key"));
        await client.CallAsync<GetSystemInfoResponse>(new GetSystemInfoRequest(), Key("bearer second key"));

        Assert.All(new[] { without, wrong, bare }, refusal => Assert.Equal(StatusCode.Unauthenticated, refusal.Code));
        Assert.Contains("authorization", without.Message, StringComparison.Ordinal);

        static Metadata Key(string value) => new() { { "authorization", value } };
    }

    [Fact]
    public async Task Dynamic_configuration_shows_in_the_limits_whatever_the_case_of_its_names()
    {
        await using var server = await HoldfastServer.StartAsync(options =>
        {
            options.DynamicConfigValues["limit.BLOBSIZE.error"] = "10240";
            options.DynamicConfigValues["frontend.enableCancelWorkerPollsOnShutdown"] = "false";
            options.DynamicConfigValues["some.other.setting"] = "[{\"x\":1}]";
        });
        using var client = new RawClient(server);

        var described = await client.CallAsync<DescribeNamespaceResponse>(new DescribeNamespaceRequest { Namespace = "default" });

        Assert.Equal(10240, described.NamespaceInfo.Limits.BlobSizeLimitError);
        Assert.False(described.NamespaceInfo.Capabilities.WorkerPollCompleteOnShutdown);
    }

    [Theory]
    [InlineData("limit.blobSize.error", "plenty")]
    [InlineData("limit.blobSize.error", "-1")]
    [InlineData("history.longPollExpirationInterval", "soon")]
    [InlineData("system.enableActivityEagerExecution", "perhaps")]
    public void A_setting_of_the_wrong_kind_is_named(string name, string value)
    {
        var wrong = Assert.Throws<FormatException>(() => DynamicConfig.Read([new(name, value)]));

        Assert.Contains(name, wrong.Message, StringComparison.Ordinal);
        Assert.Contains(value, wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"5s\"", 5_000)]
    [InlineData("1500ms", 1_500)]
    [InlineData("1h1m0.5s", 3_660_500)]
    public void A_duration_is_read_with_or_without_quotes(string value, int expectedMs) =>
        Assert.Equal(TimeSpan.FromMilliseconds(expectedMs), DynamicConfig.Read([new("history.longPollExpirationInterval", value)]).HistoryLongPoll);
}
