using System.Net;
using Holdfast.AI.Network;

namespace Holdfast.AI.Tests.Network;

/// <summary>Where an endpoint that a tenant names may lead.</summary>
public sealed class EndpointGuardTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.8.8")]
    [InlineData("0.0.0.0")]
    [InlineData("10.0.0.1")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("192.0.0.8")]
    [InlineData("198.18.0.1")]
    [InlineData("203.0.113.9")]
    [InlineData("224.0.0.1")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("ff02::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b:1::a9fe:a9fe")]
    [InlineData("2002:7f00:1::1")]
    [InlineData("2001:0:a9fe:a9fe::1")]
    [InlineData("2001:db8::1")]
    [InlineData("100::1")]
    public async Task A_name_that_leads_into_a_private_or_reserved_network_is_not_connected_to(string address)
    {
        Assert.False(EndpointGuard.IsPublic(IPAddress.Parse(address)));
        // Beside an open one too: which of them is taken would be left to chance.
        using var http = new HttpClient(EndpointGuard.CreateHandler(allowPrivate: false, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("8.8.8.8"), IPAddress.Parse(address)])));

        var refusal = await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.GetAsync(new Uri("https://models.example/")));

        Assert.True(refusal is EndpointRefusedException || refusal.InnerException is EndpointRefusedException, refusal.ToString());
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("192.0.1.1")]
    [InlineData("2606:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    public void The_open_internet_is_allowed(string address) => Assert.True(EndpointGuard.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://models.example/")]
    [InlineData("ftp://models.example/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user:word@models.example/")]
    [InlineData("https://models.example/?x=1")]
    [InlineData("https://models.example/#x")]
    [InlineData("https://models.example:22/")]
    [InlineData("https://models.example:6379/")]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f.1/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::ffff:10.0.0.1]/")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    public void An_address_that_is_wrong_as_written_is_refused_at_once(string url) => Assert.NotNull(EndpointGuard.Problem(new(url), allowPrivate: false));

    [Theory]
    [InlineData("https://models.example/v1", false)]
    [InlineData("https://models.example:8443/", false)]
    [InlineData("https://8.8.8.8/", false)]
    [InlineData("http://localhost:11434/v1", true)]
    [InlineData("https://10.0.0.7:9000/", true)]
    public void What_is_allowed_is_taken(string url, bool allowPrivate) => Assert.Null(EndpointGuard.Problem(new(url), allowPrivate));

    [Fact]
    public async Task The_connection_goes_to_the_address_that_was_looked_at()
    {
        await using var there = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        var asked = 0;
        using var http = new HttpClient(EndpointGuard.CreateHandler(allowPrivate: true, (host, _) =>
        {
            Assert.Equal("models.example", host);
            asked++;
            return Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
        }));

        // The name exists nowhere: nobody but the guard resolved it.
        using var response = await http.GetAsync(new Uri($"http://models.example:{there.Address.Port}/"));

        Assert.Equal((HttpStatusCode.OK, 1), (response.StatusCode, asked));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        await using var there = await ProviderStandIn.StartAsync(StandInReply.Json(307, "{}", ("Location", elsewhere.Address.ToString())));
        using var http = new HttpClient(EndpointGuard.CreateHandler(allowPrivate: true));
        http.DefaultRequestHeaders.Authorization = new("Bearer", "secret");

        using var response = await http.GetAsync(there.Address);

        Assert.Equal(HttpStatusCode.TemporaryRedirect, response.StatusCode);
        Assert.Empty(elsewhere.Requests);
    }
}
