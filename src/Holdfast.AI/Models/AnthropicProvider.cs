using Anthropic;
using Anthropic.Core;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Models;

/// <summary>Anthropic's Messages API through its SDK.</summary>
internal sealed class AnthropicProvider(string name, string credential, Uri baseUrl) : ChatProvider(name, credential)
{
    public override IChatClient Connect(ChatConnection connection) => Client(connection).AsIChatClient(connection.Model);

    public override async Task<bool> ProbeAsync(ChatConnection connection, CancellationToken cancellationToken)
    {
        await Client(connection).Models.List(new() { Limit = 1 }, cancellationToken);
        return true;
    }

    public override string? Problem(string key) => key switch
    {
        _ when key.StartsWith("sk-ant-admin", StringComparison.Ordinal) => "That is an administrator's key: it cannot call models, and could do much else. Make one for calling models.",
        _ when key.StartsWith("sk-", StringComparison.Ordinal) && !key.StartsWith("sk-ant-", StringComparison.Ordinal) => "That is a key of another provider: Anthropic's begin with sk-ant-.",
        _ => null,
    };

    private AnthropicClient Client(ChatConnection connection) => new(new ClientOptions
    {
        // Both explicit, always: what is left out, the SDK looks for in the environment.
        ApiKey = connection.Secret,
        BaseUrl = (connection.BaseUrl ?? baseUrl).ToString().TrimEnd('/'),
        MaxRetries = 0,
        Timeout = connection.Timeout,
        HttpClient = connection.Http(),
        OpenTelemetry = new() { Traces = new() { Enabled = false } },
    });
}
