using System.Diagnostics.CodeAnalysis;
using Holdfast.AI.Chat;
using Holdfast.AI.Models;
using Holdfast.EmailSupport.Prompts;
using Holdfast.EmailSupport.Triage.Offline;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>Which model reads and writes, and with whose key.</summary>
internal sealed class ModelSettings
{
    // Long enough for a slow answer, and shorter than the step that waits for it.
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    /// <summary>The Anthropic API key. Null or blank: the offline rules answer.</summary>
    public string? AnthropicApiKey { get; init; }

    public Uri AnthropicBaseUrl { get; init; } = new("https://api.anthropic.com");

    public string Model { get; init; } = "claude-sonnet-5-5";

    public int MaxOutputTokens { get; init; } = 4096;

    /// <summary>How many model calls, and other steps, this program makes at once.</summary>
    public int Concurrency { get; init; } = 32;

    /// <summary>Whether a model is asked or the offline rules; null: a model if there is a key.</summary>
    public bool? Use { get; init; }

    /// <summary>Whether a model is asked. The key may then be a tenant's own.</summary>
    public bool IsUsed => Use ?? HasKey;

    [MemberNotNullWhen(true, nameof(AnthropicApiKey))]
    public bool HasKey => !string.IsNullOrWhiteSpace(AnthropicApiKey);

    /// <summary>Names the model and never the key.</summary>
    public override string ToString() => IsUsed ? Model : OfflineChatClient.ModelId;

    /// <summary>Anthropic, or the offline rules, which say on every answer that they are no model.</summary>
    public void AddTo(DurableChatBuilder chat)
    {
        if (HasKey)
            chat.AddCredential("anthropic", AnthropicApiKey);
        // Also where no model is asked yet: a tenant's key can then be put in before the start from which on it is used.
        chat.AddAnthropic(baseUrl: AnthropicBaseUrl);
        if (!IsUsed)
            chat.AddClient("offline", (services, _) => new OfflineChatClient(OfflineSupport.Answer, services.GetRequiredService<TimeProvider>()));

        foreach (var name in (string[])[PromptLibrary.Reader, PromptLibrary.Writer])
        {
            chat.AddModel(name, IsUsed ? "anthropic" : "offline", ToString(), model =>
            {
                model.MaxOutputTokens = MaxOutputTokens;
                model.Timeout = Timeout;
            });
        }
    }
}
