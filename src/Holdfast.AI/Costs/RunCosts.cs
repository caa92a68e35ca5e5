using Holdfast.AI.Chat;
using Temporalio.Common;
using Temporalio.Workflows;

namespace Holdfast.AI.Costs;

/// <summary>Adds the requests of a call to its run's search attributes, within the workflow.</summary>
internal static class RunCosts
{
    /// <summary>What the run has as attributes is what was added up so far, so nothing needs to be kept beside them.</summary>
    public static void Add(IReadOnlyList<ChatAttempt> attempts)
    {
        var sofar = Workflow.TypedSearchAttributes;
        List<SearchAttributeUpdate> updates = [];
        // Of what is known. With nothing known there is no cost, which is not the same as a cost of 0.
        var costs = attempts.Where(attempt => attempt.CostUsd is not null).ToArray();
        if (costs.Length > 0)
            // Cents add up exactly this way, which doubles alone do not.
            updates.Add(CostAttributes.CostUsdKey.ValueSet((double)((decimal)SoFar(CostAttributes.CostUsdKey) + costs.Sum(attempt => attempt.CostUsd!.Value))));
        if (costs.Length < attempts.Count && !SoFar(CostAttributes.CostIncompleteKey))
            updates.Add(CostAttributes.CostIncompleteKey.ValueSet(true));

        var usages = attempts.Select(attempt => TokenUsage.Of(attempt.Usage)).OfType<TokenUsage>().ToArray();
        updates.Add(CostAttributes.TokensInKey.ValueSet(SoFar(CostAttributes.TokensInKey) + usages.Sum(usage => usage.AllInput)));
        updates.Add(CostAttributes.TokensOutKey.ValueSet(SoFar(CostAttributes.TokensOutKey) + usages.Sum(usage => usage.AllOutput)));
        if (attempts.LastOrDefault(attempt => attempt.Outcome == ChatAttempt.Answered) is { } answered)
            updates.Add(CostAttributes.ModelKey.ValueSet(answered.Model));
        Workflow.UpsertTypedSearchAttributes([.. updates]);

        T? SoFar<T>(SearchAttributeKey<T> key)
            where T : notnull => sofar.TryGetValue(key, out var value) ? value : default;
    }
}
