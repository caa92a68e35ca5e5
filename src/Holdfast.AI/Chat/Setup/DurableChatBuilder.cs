using Holdfast.AI.Models;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Chat;

/// <summary>Says which providers there are, with which keys, and which models workflows know by which names.</summary>
public sealed class DurableChatBuilder
{
    private static readonly Uri AnthropicAddress = new("https://api.anthropic.com");
    private static readonly Uri OpenAIAddress = new("https://api.openai.com/v1");

    private readonly Dictionary<string, ChatProvider> providers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ChatModel> models = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> credentials = new(StringComparer.Ordinal);

    /// <summary>Names a key. Keys come from the caller alone: the environment variables of the providers' SDKs are not read for them.</summary>
    public DurableChatBuilder AddCredential(string reference, string secret)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(secret);
        credentials.Add(reference, secret);
        return this;
    }

    /// <summary>Anthropic's Messages API.</summary>
    /// <param name="credential">The reference of the key that its models use unless they name another.</param>
    public DurableChatBuilder AddAnthropic(string name = "anthropic", string credential = "anthropic", Uri? baseUrl = null) =>
        Add(new AnthropicProvider(name, credential, baseUrl ?? AnthropicAddress));

    /// <summary>OpenAI's Responses API.</summary>
    /// <param name="baseUrl">With the version: <c>https://api.openai.com/v1</c>.</param>
    public DurableChatBuilder AddOpenAI(string name = "openai", string credential = "openai", Uri? baseUrl = null) =>
        Add(new OpenAIProvider(name, credential, baseUrl ?? OpenAIAddress));

    /// <summary>Any server that speaks OpenAI's Chat Completions: Ollama, vLLM, gateways.</summary>
    /// <param name="baseUrl">With the version: <c>http://localhost:11434/v1</c>.</param>
    /// <param name="credential">The reference of its key; null: it needs none.</param>
    /// <param name="maxCompletionTokens">
    /// Whether it knows <c>max_completion_tokens</c>. Most know only its older name <c>max_tokens</c>, which is sent by default.
    /// </param>
    public DurableChatBuilder AddOpenAICompatible(string name, Uri baseUrl, string? credential = null, bool maxCompletionTokens = false) =>
        Add(new CompatibleProvider(name, credential, baseUrl, maxCompletionTokens));

    /// <summary>A client of your own.</summary>
    /// <param name="create">
    /// Makes the client for a model's id. It is disposed after each call. Switch its own retries off: the activity's retry policy is the
    /// retryer. It may throw <see cref="ModelException"/> to say whether another try makes sense; other exceptions are read as
    /// well as possible.
    /// </param>
    public DurableChatBuilder AddClient(string name, Func<IServiceProvider, string, IChatClient> create) => Add(new CustomProvider(name, create));

    /// <summary>Names a model for workflows.</summary>
    /// <param name="name">What <see cref="DurableChat.Client"/> is called with.</param>
    /// <param name="provider">The provider's name.</param>
    /// <param name="model">The provider's id of the model.</param>
    /// <param name="credential">The reference of the key to use; null: the provider's own.</param>
    public DurableChatBuilder AddModel(string name, string provider, string model, Action<ChatModel>? configure = null, string? credential = null)
    {
        var added = new ChatModel(name, new(provider, model) { Credential = credential });
        configure?.Invoke(added);
        models.Add(name, added);
        return this;
    }

    internal IReadOnlyCollection<string> ModelNames => models.Keys;

    internal ConfiguredCredentials Credentials => new ConfiguredCredentials(credentials);

    internal DurableChatSetup Build()
    {
        foreach (var target in models.Values.SelectMany(model => model.Targets))
        {
            if (!providers.ContainsKey(target.Provider))
                throw new InvalidOperationException($"The model {target.Model} is to come from the provider \"{target.Provider}\", which was not added.");
        }

        return new(providers, models);
    }

    private DurableChatBuilder Add(ChatProvider provider)
    {
        providers.Add(provider.Name, provider);
        return this;
    }
}
