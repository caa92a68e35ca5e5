using Holdfast.AI.Database;
using Holdfast.AI.Tests.Chat;
using Holdfast.AI.Vault;
using Holdfast.AI.Waiting;
using Microsoft.Extensions.DependencyInjection;
using Temporalio.Client;

namespace Holdfast.AI.Tests.Vault;

/// <summary>Model calls of tenants' runs with their own keys. What the provider's stand-in got tells which key was used; each run is also replayed.</summary>
public sealed class KeyFlowTests : IDisposable
{
    private const string First = "sk-ant-api03-first-secret-wxyz";
    private const string Second = "sk-ant-api03-second-secret-5678";

    private static readonly VaultActor Anna = new("anna");

    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-keys-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_run_without_a_key_waits_for_one_and_never_uses_the_platforms()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        await using var bench = await OpenAsync(provider);
        var handle = await bench.StartForAsync("acme", "AgentWorkflow", "Hi");
        await bench.WaitsForAsync("credential:acme/anthropic");

        var credential = await PutAsync(bench, First);

        var report = await ResultAsync(handle);
        Assert.Equal("Hello", report.Text);
        Assert.Equal([First], KeysOf(provider));
        var attempt = Assert.Single(report.Attempts);
        Assert.Equal(("anthropic", credential.Id, 1, "byok"), (attempt.Credential, attempt.CredentialId, attempt.CredentialVersion, attempt.CredentialKind));
        Assert.Equal(CredentialStatus.Active, Vault(bench).Find("acme", credential.Id)!.Status);
        Assert.Equal(["use", "create"], Vault(bench).Audit("acme").Select(entry => entry.Action));
    }

    [Fact]
    public async Task The_platforms_key_shows_as_such_where_the_tenant_allows_it()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        await using var bench = await OpenAsync(provider);
        Vault(bench).SetPlatformKeys("acme", PlatformKeys.WhenMissing, Anna);

        var report = await ResultAsync(await bench.StartForAsync("acme", "AgentWorkflow", "Hi"));

        Assert.Equal(["test-key"], KeysOf(provider));
        Assert.Equal((null, "platform"), (report.Attempts[0].CredentialId, report.Attempts[0].CredentialKind));
    }

    [Fact]
    public async Task Each_tenants_run_uses_its_own_key()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        await using var bench = await OpenAsync(provider);
        await PutAsync(bench, First);
        await PutAsync(bench, Second, tenant: "other");

        await ResultAsync(await bench.StartForAsync("acme", "AgentWorkflow", "Hi"));
        await ResultAsync(await bench.StartForAsync("other", "AgentWorkflow", "Hi"));

        Assert.Equal([First, Second], KeysOf(provider));
    }

    [Theory]
    [InlineData(401, "authentication_error")]
    [InlineData(403, "permission_error")]
    public async Task A_key_that_is_refused_twice_is_invalid_and_its_run_goes_on_with_the_next_version(int status, string type)
    {
        await using var provider = await ProviderStandIn.StartAsync(request =>
            KeyOf(request) == Second ? AnthropicWire.Answer("Hello") : AnthropicWire.Failure(status, type, $"invalid x-api-key {First[..20]}…"));
        await using var bench = await OpenAsync(provider);
        var credential = await PutAsync(bench, First);
        var handle = await bench.StartForAsync("acme", "AgentWorkflow", "Hi");
        await bench.WaitsForAsync("credential:acme/anthropic");
        Assert.Equal(CredentialStatus.Unverified, Vault(bench).Find("acme", credential.Id)!.Status);

        await WaitingRuns.ResumeAsync(bench.Client, "credential:acme/anthropic");
        await Eventually.SeesAsync("an invalid key", () =>
            Task.FromResult(Vault(bench).Find("acme", credential.Id) is { Status: CredentialStatus.Invalid } view ? view : null));
        await bench.WaitsForAsync("credential:acme/anthropic");
        // Looks again, and asks nobody: the circuit is open.
        await WaitingRuns.ResumeAsync(bench.Client, "credential:acme/anthropic");
        await LooksAsync(handle, 3);
        // Found by the new version only once it waits again; before that it would look by itself, but later.
        await bench.WaitsForAsync("credential:acme/anthropic");
        Assert.Equal([First, First], KeysOf(provider));

        await Vault(bench).RotateAsync("acme", credential.Id, new(Second), Anna);

        var report = await ResultAsync(handle);
        Assert.Equal([First, First, Second], KeysOf(provider));
        Assert.Equal([1, 1, 2], report.Attempts.Select(attempt => attempt.CredentialVersion));
        Assert.DoesNotContain("first-secr", (await handle.FetchHistoryAsync()).ToJson(), StringComparison.Ordinal);
        Assert.Contains(Vault(bench).Audit("acme"), entry => entry.Action == "refused" && entry.Version == 1);
    }

    [Fact]
    public async Task Calls_that_are_refused_in_the_same_moment_count_once()
    {
        var gate = new TaskCompletionSource();
        await using var provider = await ProviderStandIn.StartAsync(request => request.Number <= 5
            ? AnthropicWire.Failure(401, "authentication_error").After(gate.Task)
            : AnthropicWire.Answer("Hello"));
        await using var bench = await OpenAsync(provider);
        var credential = await PutAsync(bench, First);
        var handles = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => bench.StartForAsync("acme", "AgentWorkflow", "Hi")));
        await Eventually.SeesAsync("five requests", () => Task.FromResult(provider.Requests.Count == 5 ? provider : null));

        gate.SetResult();
        await Eventually.SeesAsync("five runs that wait", async () => await bench.Client.CountWorkflowsAsync("HoldfastWaiting = 'credential:acme/anthropic'") is { Count: 5 } count ? count : null);

        Assert.Equal(CredentialStatus.Unverified, Vault(bench).Find("acme", credential.Id)!.Status);
        await WaitingRuns.ResumeAsync(bench.Client, "credential:acme/anthropic");
        foreach (var handle in handles)
            await ResultAsync(handle);
        Assert.Equal(CredentialStatus.Active, Vault(bench).Find("acme", credential.Id)!.Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_revoked_in_the_middle_of_an_answer_breaks_it_off_and_the_run_waits(bool byAnotherProcess)
    {
        var begun = new TaskCompletionSource();
        var hungUp = new TaskCompletionSource();
        await using var provider = await ProviderStandIn.StartAsync(request => KeyOf(request) == Second
            ? AnthropicWire.Stream("Hello", " again")
            : StandInReply.Events([.. AnthropicWire.Opening(), AnthropicWire.Piece("Hel")]).Then(Task.CompletedTask, new(async context =>
            {
                using var registration = context.RequestAborted.Register(hungUp.SetResult);
                begun.SetResult();
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            })));
        await using var bench = await OpenAsync(provider);
        var credential = await PutAsync(bench, First);
        var handle = await bench.StartForAsync("acme", "StreamingWorkflow", "Hi");
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30));

        await using var other = new ServiceCollection().AddAIDatabase(AIFile).AddCredentialVault(KeyPath).BuildServiceProvider();
        var view = (byAnotherProcess ? other.GetRequiredService<CredentialVault>() : Vault(bench)).Revoke("acme", credential.Id, Anna);

        Assert.Equal(CredentialStatus.Revoked, view.Status);
        await hungUp.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await bench.WaitsForAsync("credential:acme/anthropic");
        await Vault(bench).RotateAsync("acme", credential.Id, new(Second), Anna);
        Assert.Equal("Hello again", await handle.EndsAsync<string>());
        Assert.Equal([First, Second], KeysOf(provider));
        await ChatBench.ReplayAsync(handle);
    }

    [Fact]
    public async Task A_key_rotated_in_the_middle_of_an_answer_lets_it_end()
    {
        var gate = new TaskCompletionSource();
        await using var provider = await ProviderStandIn.StartAsync(request => AnthropicWire.Answer("Hello").After(gate.Task));
        await using var bench = await OpenAsync(provider);
        var credential = await PutAsync(bench, First);
        var handle = await bench.StartForAsync("acme", "AgentWorkflow", "Hi");
        await Eventually.SeesAsync("a request", () => Task.FromResult(provider.Requests.IsEmpty ? null : provider));

        await Vault(bench).RotateAsync("acme", credential.Id, new(Second), Anna);
        gate.SetResult();

        await ResultAsync(handle);
        await ResultAsync(await bench.StartForAsync("acme", "AgentWorkflow", "Hi"));
        Assert.Equal([First, Second], KeysOf(provider));
    }

    [Fact]
    public async Task A_key_of_another_provider_is_not_sent()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        await using var bench = await OpenAsync(provider);
        await Vault(bench).CreateAsync(new() { Tenant = "acme", Name = "anthropic", Provider = "openai", Secret = new("sk-proj-of-openai-0123456789") }, Anna);

        var handle = await bench.StartForAsync("acme", "AgentWorkflow", "Hi");
        await bench.WaitsForAsync("credential:acme/anthropic");

        Assert.Empty(provider.Requests);
        Assert.Contains("is for the provider \"openai\"", (await handle.FetchHistoryAsync()).ToJson().Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\u0022", "\"", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_that_has_nothing_left_shows_and_its_run_goes_on_when_there_is_something_again()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Failure(402, "billing_error", "Your credit balance is too low"), AnthropicWire.Answer("Hello"));
        await using var bench = await OpenAsync(provider);
        var credential = await PutAsync(bench, First);
        var handle = await bench.StartForAsync("acme", "AgentWorkflow", "Hi");
        await bench.WaitsForAsync("credential:acme/anthropic");
        Assert.Equal(CredentialStatus.Quota, Vault(bench).Find("acme", credential.Id)!.Status);

        await WaitingRuns.ResumeAsync(bench.Client, "credential:acme/anthropic");

        await ResultAsync(handle);
        Assert.Equal(CredentialStatus.Active, Vault(bench).Find("acme", credential.Id)!.Status);
    }

    [Fact]
    public async Task A_tenants_own_endpoint_gets_its_calls_and_its_key()
    {
        await using var platform = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Platform"));
        await using var own = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Own"));
        await using var bench = await OpenAsync(platform, new() { AllowPrivateEndpoints = true });
        await Vault(bench).CreateAsync(new() { Tenant = "acme", Name = "anthropic", Provider = "anthropic", Secret = new(First), BaseUrl = own.Address }, Anna);

        Assert.Equal("Own", (await ResultAsync(await bench.StartForAsync("acme", "AgentWorkflow", "Hi"))).Text);

        Assert.Empty(platform.Requests);
        Assert.Equal([First], KeysOf(own));
    }

    [Fact]
    public async Task An_endpoint_that_leads_to_this_machine_is_not_asked_and_the_run_says_why()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        await using var bench = await OpenAsync(provider);
        await Assert.ThrowsAsync<VaultException>(() => Vault(bench).CreateAsync(
            new() { Tenant = "acme", Name = "anthropic", Provider = "anthropic", Secret = new(First), BaseUrl = provider.Address }, Anna));
        // A name says nothing about where it leads, so it can be put in.
        await Vault(bench).CreateAsync(
            new() { Tenant = "acme", Name = "anthropic", Provider = "anthropic", Secret = new(First), BaseUrl = new("https://localhost:8443") }, Anna);

        var handle = await bench.StartForAsync("acme", "AgentWorkflow", "Hi");
        await bench.WaitsForAsync("credential:acme/anthropic");

        Assert.Contains("leads into a private or reserved network", (await handle.FetchHistoryAsync()).ToJson(), StringComparison.Ordinal);
    }

    private string AIFile => Path.Combine(folder, "ai.db");

    private string KeyPath => Path.Combine(folder, "vault.key");

    private static CredentialVault Vault(ChatBench bench) => bench.Services.GetRequiredService<CredentialVault>();

    private Task<ChatBench> OpenAsync(ProviderStandIn provider, VaultOptions? options = null) => ChatBench.OpenAsync(
        provider,
        add: services => services.AddAIDatabase(AIFile).AddCredentialVault(KeyPath, (options ?? new()) with { RevocationCheck = TimeSpan.FromMilliseconds(50) }));

    private static Task<CredentialView> PutAsync(ChatBench bench, string secret, string tenant = "acme") =>
        Vault(bench).CreateAsync(new() { Tenant = tenant, Name = "anthropic", Provider = "anthropic", Secret = new(secret) }, Anna);

    private static async Task<AgentReport> ResultAsync(WorkflowHandle handle)
    {
        var report = await handle.EndsAsync<AgentReport>();
        await ChatBench.ReplayAsync(handle);
        return report;
    }

    // How many model calls of a run have ended.
    private static Task LooksAsync(WorkflowHandle handle, int count) => Eventually.SeesAsync($"look {count}", async () =>
        (await handle.FetchHistoryAsync()).Events.Count(happened => happened.ActivityTaskFailedEventAttributes is not null) >= count ? handle : null);

    private static string KeyOf(StandInRequest request) => request.Headers["Authorization"]["Bearer ".Length..];

    private static IEnumerable<string> KeysOf(ProviderStandIn provider) => provider.Requests.Select(KeyOf);
}
