using System.Collections.Immutable;
using Google.Protobuf.Collections;
using Holdfast.Engine.Workflows.Activities;
using Holdfast.Engine.Workflows.Children;
using Holdfast.Engine.Workflows.Timers;
using Holdfast.Engine.Workflows.Updates;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows;

/// <summary>
/// A workflow run at one instant: the fold of its journal and nothing else. A value: deciding never changes one, it makes the next, so a
/// turn that goes wrong is undone by forgetting it, and readers need no lock.
/// </summary>
public sealed record MutableState
{
    public required RunKey Key { get; init; }

    /// <summary>Request id of the start that created the run; the same id again is the same start.</summary>
    public string CreateRequestId { get; init; } = "";

    /// <summary>The first event. What the run was started with is read from here.</summary>
    public HistoryEvent StartedEvent { get; init; } = new();

    public WorkflowExecutionStartedEventAttributes Started => StartedEvent.WorkflowExecutionStartedEventAttributes;

    public WorkflowExecutionStatus Status { get; init; } = WorkflowExecutionStatus.Running;

    public bool IsClosed => Status != WorkflowExecutionStatus.Running;

    public string WorkflowType => Started.WorkflowType.Name;

    public string TaskQueue => Started.TaskQueue.Name;

    public string FirstExecutionRunId => Started.FirstExecutionRunId;

    public DateTime StartTime { get; init; }

    /// <summary>When the first workflow task may run: the start, plus cron, retry or start delay. The run timeout counts from here.</summary>
    public DateTime ExecutionTime { get; init; }

    public DateTime? CloseTime { get; init; }

    /// <summary>The event that closed the run, for what is told about it afterwards.</summary>
    public HistoryEvent? CloseEvent { get; init; }

    public string SuccessorRunId { get; init; } = "";

    /// <summary>Id that the next history event gets; the history is 1 .. NextEventId-1.</summary>
    public long NextEventId { get; init; } = 1;

    /// <summary>The latest time that an event of the history carries; later events carry none before it, whatever the clock does.</summary>
    public DateTime LastEventTime { get; init; }

    public long HistorySizeBytes { get; init; }

    public long StateTransitionCount { get; init; }

    /// <summary>The workflow task that is scheduled or started; null when none is pending.</summary>
    public PendingWorkflowTask? WorkflowTask { get; init; }

    /// <summary>The attempt that the next workflow task has; 1 unless earlier ones failed.</summary>
    public int WorkflowTaskAttempt { get; init; } = 1;

    /// <summary>Started id of the last workflow task that completed; 0 for none. Workers call it "previous started event id".</summary>
    public long LastCompletedStartedEventId { get; init; }

    /// <summary>The workflow task that completed last, by its token: its worker may answer it again when our reply was lost on the way.</summary>
    public TaskToken? LastCompletedTask { get; init; }

    /// <summary>The first workflow task waits: for the backoff to pass, or for the parent to have recorded the start.</summary>
    public bool AwaitsFirstWorkflowTask { get; init; }

    /// <summary>A child whose parent has not yet recorded that it started.</summary>
    public bool AwaitsParent { get; init; }

    /// <summary>The worker-owned queue that has the run cached; empty when the run is not sticky.</summary>
    public string StickyQueue { get; init; } = "";

    public TimeSpan StickyScheduleToStart { get; init; }

    /// <summary>Events that wait for the running workflow task to end, without ids.</summary>
    public ImmutableList<HistoryEvent> BufferedEvents { get; init; } = [];

    public ImmutableDictionary<long, PendingActivity> PendingActivities { get; init; } = ImmutableDictionary<long, PendingActivity>.Empty;

    /// <summary>Scheduled event id of each pending activity by the author's activity id.</summary>
    public ImmutableDictionary<string, long> ActivityIds { get; init; } = ImmutableDictionary<string, long>.Empty;

    public ImmutableDictionary<string, PendingTimer> PendingTimers { get; init; } = ImmutableDictionary<string, PendingTimer>.Empty;

    public ImmutableDictionary<long, PendingChild> PendingChildren { get; init; } = ImmutableDictionary<long, PendingChild>.Empty;

    public ImmutableDictionary<long, HistoryEvent> PendingSignals { get; init; } = ImmutableDictionary<long, HistoryEvent>.Empty;

    public ImmutableDictionary<long, HistoryEvent> PendingCancels { get; init; } = ImmutableDictionary<long, HistoryEvent>.Empty;

    /// <summary>Every update known to the run, by update id.</summary>
    public ImmutableDictionary<string, UpdateState> Updates { get; init; } = ImmutableDictionary<string, UpdateState>.Empty;

    public bool CancelRequested { get; init; }

    /// <summary>Request ids of signals, cancels and attachments that were taken.</summary>
    public ImmutableHashSet<string> SeenRequestIds { get; init; } = [];

    public int SignalCount { get; init; }

    public ImmutableDictionary<string, Payload> SearchAttributes { get; init; } = ImmutableDictionary<string, Payload>.Empty;

    public ImmutableDictionary<string, Payload> Memo { get; init; } = ImmutableDictionary<string, Payload>.Empty;

    /// <summary>The parent heard how this chain of runs ended (or there is no parent to tell).</summary>
    public bool ParentTold { get; init; }

    /// <summary>Somebody wants this run gone: it is deleted once it is closed and owes nothing.</summary>
    public bool DeletionRequested { get; init; }

    /// <summary>When the whole chain of runs times out; null for never.</summary>
    public DateTime? ExecutionExpiresAt { get; init; }

    /// <summary>When this run times out; null for never.</summary>
    public DateTime? RunExpiresAt { get; init; }

    public bool HasParent => Started.ParentWorkflowExecution is { WorkflowId.Length: > 0 };

    /// <summary>An event caused from outside now would have to wait in the buffer.</summary>
    public bool MustBuffer => WorkflowTask is { IsStarted: true };

    /// <summary>Merges payloads into a map as upserts do: a null or empty-list payload removes its key.</summary>
    internal static ImmutableDictionary<string, Payload> Merge(ImmutableDictionary<string, Payload> map, MapField<string, Payload>? changes)
    {
        if (changes is null || changes.Count == 0)
            return map;
        var merged = map.ToBuilder();
        foreach (var (name, payload) in changes)
        {
            if (PayloadValues.IsNothing(payload))
                merged.Remove(name);
            else
                merged[name] = payload;
        }

        return merged.ToImmutable();
    }
}
