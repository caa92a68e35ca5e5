using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>When a worker is told that its history has grown long enough to continue as new.</summary>
internal static class ContinueAsNewAdvice
{
    public static IEnumerable<SuggestContinueAsNewReason> Reasons(MutableState state, EngineLimits limits)
    {
        if (state.HistorySizeBytes >= limits.HistorySizeSuggestContinueAsNew)
            yield return SuggestContinueAsNewReason.HistorySizeTooLarge;
        if (state.NextEventId >= limits.HistoryCountSuggestContinueAsNew)
            yield return SuggestContinueAsNewReason.TooManyHistoryEvents;
        if (state.Updates.Count >= limits.UpdatesPerRun * 9L / 10)
            yield return SuggestContinueAsNewReason.TooManyUpdates;
    }
}
