using Holdfast.Engine.Workflows.Lifecycle;

namespace Holdfast.Engine.Workflows;

/// <summary>
/// A run whose history has grown past a limit ends at the next thing that would make it longer: nobody could load it any more. Workers are told long before to
/// continue as new.
/// </summary>
internal static class HistoryLimits
{
    /// <summary>Terminates a run that is past a limit, and says why; null when it is not, and nothing was done.</summary>
    public static Refusal? Enforce(Turn turn)
    {
        var limits = turn.Context.Limits;
        var problem = turn.State switch
        {
            { IsClosed: true } => null,
            var state when state.HistorySizeBytes > limits.HistorySizeError => "Workflow history size exceeds limit.",
            var state when state.NextEventId - 1 > limits.HistoryCountError => "Workflow history count exceeds limit.",
            _ => null,
        };
        if (problem is null)
            return null;

        TerminateWorkflow.Record(turn, problem, null, "history-service");
        return Refusal.InvalidArgument(problem);
    }
}
