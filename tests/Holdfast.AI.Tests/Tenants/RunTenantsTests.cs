using Holdfast.AI.Chat;
using Holdfast.AI.Database;
using Holdfast.AI.Tests.Chat;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.AI.Tests.Tenants;

/// <summary>Whose run a model call is made for.</summary>
public sealed class RunTenantsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-tenants-").FullName;
    private readonly RecordingObserver observer = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_runs_tenant_is_what_it_was_started_for()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        await using var bench = await OpenAsync(provider);

        await (await bench.StartForAsync("acme", "AgentWorkflow", "Hi")).EndsAsync();
        await (await bench.StartAsync("AgentWorkflow", "Hi")).EndsAsync();

        Assert.Equal(["acme", "default"], observer.Begun.Select(request => request.Tenant));
    }

    [Fact]
    public async Task What_workflow_code_says_later_changes_nothing()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        await using var bench = await OpenAsync(provider);

        var handle = await bench.StartForAsync("acme", "TurncoatWorkflow", "rich");
        await handle.EndsAsync();

        Assert.Equal(["acme", "acme"], observer.Begun.Select(request => request.Tenant));
        await ChatBench.ReplayAsync(handle);
    }

    [Fact]
    public async Task Without_an_AI_database_there_are_no_tenants()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        await using var bench = await ChatBench.OpenAsync(provider, add: services => services.AddSingleton<IModelRequestObserver>(observer));

        await (await bench.StartForAsync("acme", "AgentWorkflow", "Hi")).EndsAsync();

        Assert.Equal("default", Assert.Single(observer.Begun).Tenant);
    }

    private Task<ChatBench> OpenAsync(ProviderStandIn provider) => ChatBench.OpenAsync(
        provider,
        add: services => services.AddAIDatabase(Path.Combine(folder, "ai.db")).AddSingleton<IModelRequestObserver>(observer));
}
