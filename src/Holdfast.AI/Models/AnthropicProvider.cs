using Anthropic;
using Anthropic.Core;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Models;

/// <summary>Anthropic's Messages API through its SDK.</summary>
internal sealed class AnthropicProvider(string name, string credential, Uri baseUrl) : ChatProvider(name, credential)
{
    public override IChatClient Connect(ChatConnection connection) => new AnthropicClient(new ClientOptions
    {
        // Both explicit, always: what is left out, the SDK looks for in the environment.
        ApiKey = connection.Secret,
        BaseUrl = baseUrl.ToString().TrimEnd('/'),
        MaxRetries = 0,
        Timeout = connection.Timeout,
        HttpClient = connection.Http(),
        OpenTelemetry = new() { Traces = new() { Enabled = false } },
    }).AsIChatClient(connection.Model);
}
