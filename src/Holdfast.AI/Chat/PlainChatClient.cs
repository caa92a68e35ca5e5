using System.Runtime.CompilerServices;
using Holdfast.AI.Tenants;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Chat;

/// <summary>
/// A model of the set-up for code outside workflows: the same provider, key and fallbacks. A failure is a
/// <see cref="Models.ModelException"/>, and nothing is tried again.
/// </summary>
internal sealed class PlainChatClient(string model, ModelCaller caller, RunTenants tenants) : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await caller.CallAsync(ChatCall.Of(model, messages, options, stream: false), await LogAsync(cancellationToken), watch: null, cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var update in caller.StreamAsync(ChatCall.Of(model, messages, options, stream: true), await LogAsync(cancellationToken), cancellationToken))
            yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    // Nothing is tried again, so every fallback is asked at once.
    private async Task<AttemptLog> LogAsync(CancellationToken cancellationToken) =>
        new(ModelCallOrigin.Here(await tenants.CurrentAsync(cancellationToken)), [], attempt: int.MaxValue, caller.Time);
}
