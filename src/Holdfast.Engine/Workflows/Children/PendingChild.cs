using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Children;

/// <summary>A child workflow between its initiated event and the event that tells how it ended.</summary>
public sealed record PendingChild
{
    public required HistoryEvent InitiatedEvent { get; init; }

    public StartChildWorkflowExecutionInitiatedEventAttributes Attributes => InitiatedEvent.StartChildWorkflowExecutionInitiatedEventAttributes;

    public long InitiatedEventId => InitiatedEvent.EventId;

    public bool IsStarted { get; init; }

    /// <summary>Id of the started event; 0 while that event is still buffered.</summary>
    public long StartedEventId { get; init; }

    /// <summary>First run of the child; empty until it started.</summary>
    public string RunId { get; init; } = "";
}
