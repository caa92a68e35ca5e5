using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>Folds <c>WorkflowExecutionStarted</c> in: everything that the run was started with.</summary>
internal static class StartedRun
{
    public static MutableState Apply(MutableState state, HistoryEvent started)
    {
        Invariant.Holds(started.EventId == 1);
        var attributes = started.WorkflowExecutionStartedEventAttributes;
        var startTime = started.EventTime.ToDateTime();
        var executionTime = Durations.Add(startTime, Durations.OrZero(attributes.FirstWorkflowTaskBackoff));
        var expiresAt = attributes.WorkflowExecutionExpirationTime?.ToDateTime();
        var runTimeout = Durations.OrZero(attributes.WorkflowRunTimeout);
        return state with
        {
            StartedEvent = started,
            StartTime = startTime,
            ExecutionTime = executionTime,
            AwaitsFirstWorkflowTask = true,
            SearchAttributes = MutableState.Merge(state.SearchAttributes, attributes.SearchAttributes?.IndexedFields),
            Memo = MutableState.Merge(state.Memo, attributes.Memo?.Fields),
            ExecutionExpiresAt = expiresAt,
            RunExpiresAt = Durations.Earlier(runTimeout > TimeSpan.Zero ? Durations.Add(executionTime, runTimeout) : null, expiresAt),
        };
    }
}
