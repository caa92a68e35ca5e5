using Holdfast.AI.Costs;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Tracing.Spans;

/// <summary>
/// Tokens under Langfuse's names of their kinds. The kinds do not overlap: Langfuse adds them up and prices each, so whatever were in two kinds
/// would be paid twice.
/// </summary>
internal static class ModelUsage
{
    public static IReadOnlyDictionary<string, long>? ByKind(UsageDetails? usage)
    {
        if (TokenUsage.Of(usage) is not { } tokens)
            return null;

        var kinds = new Dictionary<string, long>(StringComparer.Ordinal) { ["input"] = tokens.Input, ["output"] = tokens.Output };
        Add("input_cache_read", tokens.CacheRead);
        Add("input_cache_creation_5m", tokens.CacheWrite5m);
        Add("input_cache_creation_1h", tokens.CacheWrite1h);
        Add("output_reasoning_tokens", tokens.Reasoning);
        return kinds;

        void Add(string kind, long count)
        {
            if (count > 0)
                kinds[kind] = count;
        }
    }
}
