using System.Diagnostics.CodeAnalysis;

namespace Holdfast.AI.Models;

/// <summary>Which model answers, and with whose key. Nothing here is read from the environment: the caller says it all.</summary>
public sealed class ChatModelSettings
{
    /// <summary>The Anthropic API key. Null or blank: the offline rules answer.</summary>
    public string? AnthropicApiKey { get; init; }

    /// <summary>Where requests go. Always sent to the SDK, so that no environment variable can redirect them.</summary>
    public Uri AnthropicBaseUrl { get; init; } = new("https://api.anthropic.com");

    public string Model { get; init; } = "claude-sonnet-5-5";

    public int MaxOutputTokens { get; init; } = 4096;

    /// <summary>The longest one call may take. Keep it below the activity's start-to-close timeout.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    [MemberNotNullWhen(true, nameof(AnthropicApiKey))]
    public bool HasKey => !string.IsNullOrWhiteSpace(AnthropicApiKey);

    /// <summary>Names the model and never the key.</summary>
    public override string ToString() => HasKey ? $"Anthropic {Model}" : OfflineChatClient.ModelId;
}
