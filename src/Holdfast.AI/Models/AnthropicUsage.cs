using Anthropic.Models.Messages;
using Holdfast.AI.Costs;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Models;

/// <summary>
/// Adds to the usage what Microsoft.Extensions.AI leaves out of it: how much of what was written into the cache is kept for an hour, which
/// has a price of its own. One for each request.
/// </summary>
internal sealed class AnthropicUsage
{
    private long keptForAnHour;

    public static void Complete(ChatResponse response)
    {
        if (response.RawRepresentation is Message { Usage.CacheCreation.Ephemeral1hInputTokens: > 0 and var tokens } && response.Usage is { } usage)
            Add(usage, tokens);
    }

    /// <summary>In a stream the first event tells it; the usage comes later.</summary>
    public void Complete(ChatResponseUpdate update)
    {
        if (update.RawRepresentation is RawMessageStreamEvent raw && raw.TryPickStart(out var start))
            keptForAnHour = start.Message.Usage.CacheCreation?.Ephemeral1hInputTokens ?? 0;
        if (keptForAnHour > 0 && update.Contents.OfType<UsageContent>().FirstOrDefault() is { } content)
        {
            Add(content.Details, keptForAnHour);
            // Usages of a stream are added up.
            keptForAnHour = 0;
        }
    }

    private static void Add(UsageDetails usage, long tokens) => (usage.AdditionalCounts ??= [])[TokenUsage.CacheWrite1hCount] = tokens;
}
