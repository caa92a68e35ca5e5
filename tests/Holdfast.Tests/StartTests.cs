using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;

namespace Holdfast.Tests;

public sealed class StartTests : TemporaryFolder
{
    [Fact]
    public async Task It_serves_what_file_and_environment_say_together()
    {
        var config = Write("holdfast.json", $$"""
            {
              "database": { "file": "{{PathOf("production.db")}}" },
              "grpc": { "port": 1 },
              "apiKeys": ["{{Convert.ToHexStringLower(SHA256.HashData("open sesame"u8))}}"],
              "limits": { "limit.blobSize.error": "1000000" },
              "retention": "30d",
              "log": { "level": "warn" }
            }
            """);
        await using var holdfast = HoldfastProcess.Start(["server", "start", "--config", config], new Dictionary<string, string> { ["HOLDFAST__GRPC__PORT"] = "0" });
        var listening = await holdfast.ListeningAsync();

        var refused = await Assert.ThrowsAsync<RpcException>(() => HoldfastProcess.AskAsync(listening.Grpc));
        await HoldfastProcess.AskAsync(listening.Grpc, headers: new Metadata { { "authorization", "Bearer open sesame" } });
        await holdfast.SignalAsync("TERM");
        var ended = await holdfast.EndAsync();

        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        Assert.True(File.Exists(PathOf("production.db")));
        Assert.Equal((0, ""), (ended.ExitCode, ended.Errors));
    }

    [Fact]
    public async Task With_a_certificate_it_speaks_TLS()
    {
        var (certificate, key) = Certificate();
        await using var holdfast = HoldfastProcess.Start(["server", "start"], new Dictionary<string, string>
        {
            ["HOLDFAST__DATABASE__FILE"] = PathOf("tls.db"),
            ["HOLDFAST__GRPC__PORT"] = "0",
            ["HOLDFAST__TLS__CERTIFICATE"] = certificate,
            ["HOLDFAST__TLS__KEY"] = key,
            ["HOLDFAST__LOG__LEVEL"] = "warn",
        });
        var listening = await holdfast.ListeningAsync();
        var thumbprint = X509CertificateLoader.LoadCertificateFromFile(certificate).Thumbprint;
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, presented, _, _) => presented is X509Certificate2 shown && shown.Thumbprint == thumbprint,
            },
        };

        var info = await HoldfastProcess.AskAsync(listening.Grpc, "https", handler);

        Assert.NotEmpty(info.ServerVersion);
    }

    public static TheoryData<string, string> BadConfigurations => new()
    {
        { """{ }""", "database:file" },
        { """{ "database": { "file": "x.db", "url": "postgres://ada:hush@db.example/shop" } }""", "database:url" },
        { """{ "database": { "url": "postgres://ada:hush@db.example:port/shop" } }""", "database:url: The port" },
        { """{ "database": { "file": "x.db" }, "apiKey": ["00"] }""", "apiKey" },
        { """{ "database": { "file": "x.db", "durability": "some" } }""", "database:durability" },
        { """{ "database": { "file": "x.db" }, "apiKeys": ["secret"] }""", "apiKeys" },
        { """{ "database": { "file": "x.db" }, "grpc": { "port": "many" } }""", "grpc:port" },
        { """{ "database": { "file": "x.db" }, "grpc": { "address": "0.0.0.0" } }""", "grpc:allowPlaintext" },
        { """{ "database": { "file": "x.db" }, "tls": { "certificate": "cert.pem" } }""", "tls:key" },
        { """{ "database": { "file": "x.db" }, "tls": { "certificate": "no.pem", "key": "no.pem" } }""", "no.pem" },
        { """{ "database": { "file": "x.db" }, "retention": "a while" }""", "retention" },
        { """{ "database": { "file": "x.db" }, "searchAttributes": { "Customer": "Colour" } }""", "searchAttributes:Customer" },
        { """{ "database": { "file": "x.db" }, "limits": { "limit.blobSize.error": "huge" } }""", "limit.blobSize.error" },
        { """{ "database": { "file": "x.db" }, "limits": { "limit.blobSize.error": 67108865 } }""", "'limit.blobSize.error' is not a whole number from 1 to 67108864" },
        { """{ "database": { "file": "x.db" }, "log": { "level": "loud" } }""", "log:level" },
        { """{ "database": { "file": "x.db" }, "dashboard": { "port": 8233 }, "apiKeys": ["0000000000000000000000000000000000000000000000000000000000000000"] }""", "dashboard:port" },
        { """{ "database": """, "holdfast.json" },
    };

    [Theory]
    [MemberData(nameof(BadConfigurations))]
    public async Task A_bad_configuration_is_named_in_one_line(string json, string setting)
    {
        var ended = await HoldfastProcess.RunAsync(["server", "start", "--config", Write("holdfast.json", json)]);

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains(setting, ended.Complaint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://ada:hush@127.0.0.1:1/shop", 1, "holdfast: PostgreSQL at 127.0.0.1:1/shop cannot be reached: Connection refused")]
    [InlineData("postgres://ada:hush@127.0.0.1:port/shop", 2, "--db: The port")]
    [InlineData("postgres://ada:hush@127.0.0.1:1/shop?colour=red", 2, "colour")]
    public async Task A_PostgreSQL_that_cannot_be_used_is_named_without_its_password(string database, int exitCode, string told)
    {
        var ended = await HoldfastProcess.RunAsync(["server", "start", "--db", database]);

        Assert.Equal(exitCode, ended.ExitCode);
        Assert.Contains(told, ended.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", ended.Errors + ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_that_is_not_there_is_named()
    {
        var ended = await HoldfastProcess.RunAsync(["server", "start", "--config", PathOf("missing.json")]);

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains(PathOf("missing.json"), ended.Complaint, StringComparison.Ordinal);
    }

    private (string Certificate, string Key) Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return (Write("cert.pem", certificate.ExportCertificatePem()), Write("key.pem", key.ExportPkcs8PrivateKeyPem()));
    }
}
