#pragma warning disable OPENAI001 // The Responses API of the SDK is still marked as experimental.
using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Responses;

namespace Holdfast.AI.Models;

/// <summary>OpenAI's Responses API through its SDK.</summary>
internal sealed class OpenAIProvider(string name, string credential, Uri baseUrl) : ChatProvider(name, credential)
{
    public override IChatClient Connect(ChatConnection connection)
    {
        var client = new OpenAIClient(new ApiKeyCredential(connection.Secret!), Options(baseUrl, connection));
        return new ConfigureOptionsChatClient(client.GetResponsesClient().AsIChatClient(connection.Model), options =>
        {
            // The whole conversation is sent each time: what a server keeps cannot be replayed, and the customer's words are not left there.
            options.ConversationId = null;
            options.RawRepresentationFactory = _ => new CreateResponseOptions
            {
                StoredOutputEnabled = false,
                // Without this the model could not go on with its own reasoning after a tool call.
                IncludedProperties = { IncludedResponseProperty.ReasoningEncryptedContent },
            };
        });
    }

    public override async Task<bool> ProbeAsync(ChatConnection connection, CancellationToken cancellationToken)
    {
        await ListModelsAsync(baseUrl, connection, cancellationToken);
        return true;
    }

    public override string? Problem(string key) => key switch
    {
        _ when key.StartsWith("sk-ant-", StringComparison.Ordinal) => "That is a key of Anthropic's.",
        _ when key.StartsWith("sk-admin", StringComparison.Ordinal) => "That is an administrator's key: it cannot call models, and could do much else. Make one for calling models.",
        _ => null,
    };

    internal static Task ListModelsAsync(Uri baseUrl, ChatConnection connection, CancellationToken cancellationToken) =>
        new OpenAIClient(new ApiKeyCredential(connection.Secret!), Options(baseUrl, connection)).GetOpenAIModelClient().GetModelsAsync(cancellationToken);

    internal static OpenAIClientOptions Options(Uri baseUrl, ChatConnection connection) => new()
    {
        Endpoint = connection.BaseUrl ?? baseUrl,
        RetryPolicy = new ClientRetryPolicy(0),
        NetworkTimeout = connection.Timeout,
        Transport = new HttpClientPipelineTransport(connection.Http()),
        EnableDistributedTracing = false,
    };
}
