using Grpc.Core;
using Holdfast.Server.Tests.Contract;

namespace Holdfast.Server.Tests.Wire;

public sealed class EmptyRequestTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    // Nothing that an empty request asks for takes longer than a look at it; the rest of the time is for a busy machine.
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);

    public static TheoryData<string, string> Methods()
    {
        var methods = new TheoryData<string, string>();
        foreach (var method in Services.Methods)
            methods.Add(method.Service.FullName, method.Name);
        return methods;
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task An_empty_request_is_answered_or_refused_at_once(string service, string method)
    {
        StatusCode[] expected = [StatusCode.OK, StatusCode.InvalidArgument, StatusCode.Unimplemented];
        using var limit = new CancellationTokenSource(AtOnce);

        var code = StatusCode.OK;
        try
        {
            await fixture.Client.CallAsync(service, method, [], cancellation: limit.Token);
        }
        catch (RpcException refused)
        {
            code = refused.StatusCode;
            Assert.NotEmpty(refused.Status.Detail);
        }

        Assert.Contains(code, expected);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Bytes_that_are_no_message_are_refused(string service, string method)
    {
        byte[] nonsense = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

        var refused = await Assert.ThrowsAsync<RpcException>(() => fixture.Client.CallAsync(service, method, nonsense));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains($"{method}Request", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("temporal.api.workflowservice.v1.WorkflowService", "NoSuchMethod")]
    [InlineData("temporal.api.cloud.cloudservice.v1.CloudService", "GetUsers")]
    [InlineData("temporal.api.testservice.v1.TestService", "GetCurrentTime")]
    public async Task A_method_that_is_not_in_the_contract_is_unimplemented(string service, string method)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => fixture.Client.CallAsync(service, method, []));

        Assert.Equal(StatusCode.Unimplemented, refused.StatusCode);
    }
}
