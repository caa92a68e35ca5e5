using Anthropic;
using Anthropic.Core;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Models;

/// <summary>Makes the model that the settings ask for.</summary>
public static class ChatModels
{
    /// <summary>Anthropic when there is a key, otherwise the offline rules.</summary>
    /// <param name="offline">Answers when there is no key. It says on every answer that it is no model.</param>
    public static ChatModel Create(ChatModelSettings settings, OfflineAnswer offline, TimeProvider time)
    {
        if (!settings.HasKey)
            return new(new OfflineChatClient(offline, time), OfflineChatClient.ModelId, OfflineChatClient.Notice);

        var options = new ClientOptions
        {
            ApiKey = settings.AnthropicApiKey,
            BaseUrl = settings.AnthropicBaseUrl.ToString().TrimEnd('/'),
            // The activity's retry policy is the only retryer: it survives a crash, and every attempt shows in the history.
            MaxRetries = 0,
            Timeout = settings.Timeout,
            // The HttpClient's own limit of 100 seconds would cut a long answer short of the timeout above.
            HttpClient = new HttpClient { Timeout = System.Threading.Timeout.InfiniteTimeSpan },
            Handlers = [new RetryAfterCapture(time)],
            OpenTelemetry = new() { Traces = new() { Enabled = false } },
        };
        var chat = new AnthropicClient(options).AsIChatClient(settings.Model, settings.MaxOutputTokens);
        return new(new AnthropicChat(chat), settings.Model, Notice: null);
    }
}
