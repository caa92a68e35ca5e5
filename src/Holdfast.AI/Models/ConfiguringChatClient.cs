using Microsoft.Extensions.AI;

namespace Holdfast.AI.Models;

/// <summary>Adjusts a copy of every call's options to a provider.</summary>
internal sealed class ConfiguringChatClient(IChatClient inner, Action<ChatOptions> configure) : DelegatingChatClient(inner)
{
    public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        base.GetResponseAsync(messages, Configured(options), cancellationToken);

    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        base.GetStreamingResponseAsync(messages, Configured(options), cancellationToken);

    private ChatOptions Configured(ChatOptions? options)
    {
        var copy = options?.Clone() ?? new();
        configure(copy);
        return copy;
    }
}
