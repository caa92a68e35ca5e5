using Temporalio.Api.Failure.V1;
using Temporalio.Api.Update.V1;

namespace Holdfast.Engine.Workflows.Updates;

/// <summary>Where one update stands.</summary>
public sealed record UpdateState
{
    public required string UpdateId { get; init; }

    public required UpdateStage Stage { get; init; }

    /// <summary>What was asked; null once it is accepted, because the history has it from then on.</summary>
    public Request? Request { get; init; }

    public DateTime AdmittedTime { get; init; }

    /// <summary>Place in the order of admission: several updates may be admitted at one instant.</summary>
    public int Order { get; init; }

    /// <summary>Event id of the acceptance; 0 before it.</summary>
    public long AcceptedEventId { get; init; }

    public Outcome? Outcome { get; init; }

    /// <summary>Why it was rejected.</summary>
    public Failure? Rejection { get; init; }

    /// <summary>Not yet accepted by the workflow, so the history does not show it.</summary>
    public bool WaitsForWorker => Stage is UpdateStage.Admitted or UpdateStage.Sent;

    /// <summary>Somebody may still have to do something for it.</summary>
    public bool IsInFlight => Stage is UpdateStage.Admitted or UpdateStage.Sent or UpdateStage.Accepted;
}
