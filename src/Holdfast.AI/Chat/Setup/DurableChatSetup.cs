using Holdfast.AI.Models;

namespace Holdfast.AI.Chat;

/// <summary>The providers and models of a worker.</summary>
internal sealed class DurableChatSetup(IReadOnlyDictionary<string, ChatProvider> providers, IReadOnlyDictionary<string, ChatModel> models)
{
    public ChatModel Model(string name) =>
        models.GetValueOrDefault(name)
        // Another worker may know it, or this one after its next start.
        ?? throw new ModelException(ModelFailureKind.NotConfigured, retryable: true, $"This worker has no model \"{name}\".");

    public ChatProvider Provider(ChatTarget target) => providers[target.Provider];

    public ChatProvider? FindProvider(string name) => providers.GetValueOrDefault(name);

    public IEnumerable<string> ProviderNames => providers.Keys;
}
