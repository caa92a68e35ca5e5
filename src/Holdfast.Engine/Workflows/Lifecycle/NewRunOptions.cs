using Temporalio.Api.Common.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Sdk.V1;

namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>What a run is created with.</summary>
internal sealed record NewRunOptions
{
    public required RunKey Key { get; init; }

    /// <summary>The same id again is the same start.</summary>
    public required string RequestId { get; init; }

    /// <summary>The started event's attributes; what follows from the rest (ids of the chain, expiry, normal timeouts) is filled in.</summary>
    public required WorkflowExecutionStartedEventAttributes Attributes { get; init; }

    public UserMetadata? UserMetadata { get; init; }

    public IReadOnlyList<Link> Links { get; init; } = [];

    /// <summary>How long the first workflow task waits: start delay, cron, or back-off.</summary>
    public TimeSpan FirstTaskBackoff { get; init; }

    /// <summary>The first workflow task also waits until the parent has recorded the start.</summary>
    public bool AwaitsParent { get; init; }

    /// <summary>A signal that the run begins with.</summary>
    public HistoryEvent? FirstSignal { get; init; }
}
