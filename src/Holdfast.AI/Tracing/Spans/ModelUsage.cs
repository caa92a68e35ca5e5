using Microsoft.Extensions.AI;

namespace Holdfast.AI.Tracing.Spans;

/// <summary>
/// Tokens by kinds that do not overlap. Providers' clients count cached tokens into the input and reasoning into the output; Langfuse adds all
/// kinds up and prices each, so whatever were in two kinds would be paid twice.
/// </summary>
internal static class ModelUsage
{
    public static IReadOnlyDictionary<string, long>? ByKind(UsageDetails? usage)
    {
        if (usage is null || (usage.InputTokenCount is null && usage.OutputTokenCount is null))
            return null;

        var read = usage.CachedInputTokenCount ?? 0;
        var write = Additional(usage, "CacheCreationInputTokens");
        var reasoning = usage.ReasoningTokenCount ?? 0;
        var kinds = new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["input"] = Math.Max(0, (usage.InputTokenCount ?? 0) - read - write),
            ["output"] = Math.Max(0, (usage.OutputTokenCount ?? 0) - reasoning),
        };
        Add("input_cache_read", read);
        Add("input_cache_creation", write);
        Add("output_reasoning_tokens", reasoning);
        return kinds;

        void Add(string kind, long tokens)
        {
            if (tokens > 0)
                kinds[kind] = tokens;
        }
    }

    private static long Additional(UsageDetails usage, string name) => usage.AdditionalCounts?.TryGetValue(name, out var count) is true ? count : 0;
}
