using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Models;

/// <summary>
/// Stands in for a model where no key is configured: it answers by an application's rules, costs nothing and needs no network.
/// It never passes for a model: its answers carry <see cref="ModelId"/>.
/// </summary>
public sealed class OfflineChatClient(OfflineAnswer answer, TimeProvider time) : IChatClient
{
    public const string ModelId = "offline-rules (no model)";

    public const string Notice = "Written by simple offline rules, not by a model, because no model key is configured.";

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, answer([.. messages])))
        {
            ModelId = ModelId,
            FinishReason = ChatFinishReason.Stop,
            CreatedAt = time.GetUtcNow(),
        });
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await GetResponseAsync(messages, options, cancellationToken);
        foreach (var update in response.ToChatResponseUpdates())
            yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }
}
