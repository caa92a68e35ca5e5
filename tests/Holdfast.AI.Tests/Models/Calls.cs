using Holdfast.AI.Chat;
using Holdfast.AI.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.AI.Tests.Models;

/// <summary>Model calls outside workflows, through the real SDKs to a stand-in.</summary>
internal static class Calls
{
    public const string Key = "test-key-0001";

    public static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Provider <c>anthropic</c>, <c>openai</c> or <c>compatible</c> behind the model <c>m</c>.</summary>
    public static ServiceProvider Services(ProviderStandIn server, string provider, Action<ChatModel>? configure = null, TimeProvider? time = null) =>
        new ServiceCollection().AddSingleton(time ?? new FakeTimeProvider(Now)).AddDurableChat(chat => chat
            .AddCredential("anthropic", Key).AddCredential("openai", Key)
            .AddAnthropic(baseUrl: server.Address)
            .AddOpenAI(baseUrl: server.AddressV1)
            .AddOpenAICompatible("compatible", server.AddressV1)
            .AddModel("m", provider, provider switch { "anthropic" => "claude-sonnet-5-5", "openai" => "gpt-6.1-sol", _ => "llama-9" }, configure))
        .BuildServiceProvider();

    public static async Task<ChatResponse> AskAsync(ProviderStandIn server, string provider, bool streamed = false, Action<ChatModel>? configure = null, TimeProvider? time = null)
    {
        await using var services = Services(server, provider, configure, time);
        var client = services.GetRequiredKeyedService<IChatClient>("m");
        return streamed
            ? await client.GetStreamingResponseAsync("Hi").ToChatResponseAsync()
            : await client.GetResponseAsync("Hi");
    }

    public static Task<ModelException> FailAsync(ProviderStandIn server, string provider, bool streamed = false, Action<ChatModel>? configure = null, TimeProvider? time = null) =>
        Assert.ThrowsAsync<ModelException>(() => AskAsync(server, provider, streamed, configure, time));
}
