using Microsoft.Extensions.AI;

namespace Holdfast.AI.Chat;

/// <summary>
/// A model of the set-up for code outside workflows: the same provider, key and fallbacks. A failure is a
/// <see cref="Models.ModelException"/>, and nothing is tried again.
/// </summary>
internal sealed class PlainChatClient(string model, ModelCaller caller) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        caller.CallAsync(ChatCall.Of(model, messages, options, stream: false), Log(), watch: null, cancellationToken);

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        caller.StreamAsync(ChatCall.Of(model, messages, options, stream: true), Log(), cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    // Nothing is tried again, so every fallback is asked at once.
    private AttemptLog Log() => new(ModelCallOrigin.Here(), [], attempt: int.MaxValue, caller.Time);
}
