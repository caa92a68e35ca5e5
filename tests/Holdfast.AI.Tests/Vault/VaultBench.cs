using Holdfast.AI.Chat;
using Holdfast.AI.Database;
using Holdfast.AI.Vault;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.AI.Tests.Vault;

/// <summary>A vault in a folder of its own, with the providers of a stand-in.</summary>
internal sealed class VaultBench : IAsyncDisposable
{
    public static readonly VaultActor Anna = new("anna", "10.1.2.3");

    public const string PlatformKey = "sk-ant-api03-of-the-platform";

    private readonly string folder;
    private readonly bool keep;

    private VaultBench(string folder, bool keep)
    {
        this.folder = folder;
        this.keep = keep;
    }

    public required ServiceProvider Services { get; init; }

    public CredentialVault Vault => Services.GetRequiredService<CredentialVault>();

    public AIDatabase Database => Services.GetRequiredService<AIDatabase>();

    public string Folder => folder;

    public static VaultBench Open(ProviderStandIn? provider = null, string? folder = null, string keyFile = "vault.key", string[]? earlier = null, VaultOptions? options = null)
    {
        var place = folder ?? Directory.CreateTempSubdirectory("holdfast-vault-").FullName;
        var services = new ServiceCollection()
            .AddDurableChat(chat => chat
                .AddCredential("anthropic", PlatformKey)
                .AddAnthropic(baseUrl: provider?.Address)
                .AddOpenAI(baseUrl: provider?.AddressV1)
                .AddModel("m", "anthropic", "claude-sonnet-5-5"))
            .AddAIDatabase(Path.Combine(place, "ai.db"))
            .AddCredentialVault(_ => KeyFile.Open(Path.Combine(place, keyFile), [.. (earlier ?? []).Select(file => Path.Combine(place, file))]), options);
        return new(place, keep: folder is not null) { Services = services.BuildServiceProvider() };
    }

    /// <summary>The same vault as another process sees it.</summary>
    public VaultBench Again(ProviderStandIn? provider = null, string keyFile = "vault.key", string[]? earlier = null) => Open(provider, folder, keyFile, earlier);

    public Task<CredentialView> PutAsync(string tenant = "acme", string name = "anthropic", string secret = "sk-ant-api03-first-secret-wxyz") =>
        Vault.CreateAsync(new() { Tenant = tenant, Name = name, Provider = "anthropic", Secret = new(secret) }, Anna);

    /// <summary>What a model call of a tenant would send.</summary>
    public async Task<string> ResolveAsync(string tenant = "acme", string name = "anthropic", string? workflowType = null)
    {
        using var credential = await Services.GetRequiredService<IChatCredentials>().ResolveAsync(
            new() { Tenant = tenant, Reference = name, Provider = "anthropic", WorkflowType = workflowType, RunId = "run-1", ActivityId = "1" }, CancellationToken.None);
        return credential.Secret.Reveal();
    }

    public void Sql(string sql) => Database.Write(transaction => transaction.Execute(sql));

    /// <summary>All bytes that lie in the folder's files, the database's log included, but for the wrapping keys' own.</summary>
    public byte[] Bytes() => [.. Directory.GetFiles(folder, "ai.db*").SelectMany(File.ReadAllBytes)];

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        if (!keep)
            Directory.Delete(folder, recursive: true);
    }
}
