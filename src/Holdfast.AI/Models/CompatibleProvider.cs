#pragma warning disable SCME0001 // Setting a field that the SDK does not know is still marked as experimental.
using System.ClientModel;
using Microsoft.Extensions.AI;
using OpenAI.Chat;

namespace Holdfast.AI.Models;

/// <summary>A server that speaks OpenAI's Chat Completions.</summary>
internal sealed class CompatibleProvider(string name, string? credential, Uri baseUrl, bool maxCompletionTokens) : ChatProvider(name, credential)
{
    public override async Task<bool> ProbeAsync(ChatConnection connection, CancellationToken cancellationToken)
    {
        await OpenAIProvider.ListModelsAsync(baseUrl, connection, cancellationToken);
        return true;
    }

    public override IChatClient Connect(ChatConnection connection)
    {
        // The SDK insists on a key; servers that need none ignore it.
        var client = new ChatClient(connection.Model, new ApiKeyCredential(connection.Secret ?? "none"), OpenAIProvider.Options(baseUrl, connection));
        return new ConfigureOptionsChatClient(client.AsIChatClient(), options =>
        {
            if (maxCompletionTokens || options.MaxOutputTokens is not { } limit)
                return;

            options.MaxOutputTokens = null;
            options.RawRepresentationFactory = _ =>
            {
                var raw = new ChatCompletionOptions();
                raw.Patch.Set("$.max_tokens"u8, limit);
                return raw;
            };
        });
    }
}
