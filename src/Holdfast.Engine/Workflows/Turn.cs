using System.Collections.Immutable;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Journal;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows;

/// <summary>
/// A decision in the making: the state so far and the records that led to it. Every record is folded in as it is added, through the same
/// <see cref="Fold"/> that recovery uses.
/// </summary>
internal sealed class Turn
{
    private readonly ImmutableArray<JournalRecord>.Builder records = ImmutableArray.CreateBuilder<JournalRecord>();
    private readonly ImmutableArray<SlotChange>.Builder slots = ImmutableArray.CreateBuilder<SlotChange>();

    public Turn(MutableState state, DecisionContext context)
    {
        State = state;
        Context = context;
    }

    /// <summary>A turn that creates a run.</summary>
    public Turn(RunCreated created, DecisionContext context)
    {
        var record = JournalRecord.OfFact(new StoredRecord { RunCreated = created });
        records.Add(record);
        State = Fold.Create(record);
        Context = context;
    }

    public MutableState State { get; private set; }

    public DecisionContext Context { get; }

    /// <summary>A run that this turn creates: a successor.</summary>
    public RunChange? NewRun { get; set; }

    /// <summary>Id of the workflow task completion whose commands are being carried out.</summary>
    public long CompletedEventId { get; set; }

    /// <summary>Something happened that the workflow must hear of as soon as this task is over.</summary>
    public bool NeedsWorkflowTask { get; set; }

    public bool HasChanges => records.Count > 0 || slots.Count > 0;

    public RunChange? Change => HasChanges
        ? new RunChange(State, records.DrainToImmutable()) { Slots = slots.DrainToImmutable() }
        : null;

    public Decision<TReply> Answer<TReply>(Answer<TReply> answer) => new() { Answer = answer, Run = Change, NewRun = NewRun };

    public Decision<TReply> Reply<TReply>(TReply reply) => Answer<TReply>(reply);

    /// <summary>Adds an event to the history now and gives it its id.</summary>
    public HistoryEvent Append(HistoryEvent historyEvent)
    {
        if (State.WorkflowTask is { Kind: WorkflowTaskKind.Speculative })
            WriteWorkflowTaskEvents.ForPending(this);
        return AppendAsIs(historyEvent);
    }

    /// <summary>
    /// Adds an event that something outside the running workflow task caused: it waits in the buffer while a task runs, because the worker
    /// decides on the history that it was shown.
    /// </summary>
    public void AppendOrBuffer(HistoryEvent historyEvent)
    {
        if (!State.MustBuffer)
        {
            Append(historyEvent);
            return;
        }

        if (State.WorkflowTask is { Kind: WorkflowTaskKind.Speculative })
            WriteWorkflowTaskEvents.ForPending(this);
        historyEvent.EventTime ??= Context.NowTimestamp;
        Add(JournalRecord.OfBuffered(historyEvent));

        // More than a worker should be kept from seeing: its task is taken away and begins again with all of them.
        if (State.BufferedEvents.Count > Context.Limits.BufferedEvents)
        {
            FailWorkflowTask.Record(this, WorkflowTaskFailedCause.ForceCloseCommand, null, "history-service");
            FailWorkflowTask.ScheduleNext(this);
        }
    }

    /// <summary>Adds an event without the look at speculative tasks: for the task's own events.</summary>
    public HistoryEvent AppendAsIs(HistoryEvent historyEvent)
    {
        Complete(historyEvent);
        Add(JournalRecord.OfEvent(historyEvent));
        return historyEvent;
    }

    /// <summary>Adds an event out of the buffer, whose effect is already in the state.</summary>
    public void AppendFlushed(HistoryEvent historyEvent)
    {
        Complete(historyEvent);
        Add(JournalRecord.OfFlushed(historyEvent));
    }

    public void Record(StoredRecord fact) => Add(JournalRecord.OfFact(fact));

    public void SetSlot(SlotChange slot)
    {
        slots.Add(slot);
        State = Fold.ApplySlot(State, slot);
    }

    // A clock that is set back must not let a history go back in time: workflows read theirs from it.
    private DateTime Now => Context.Now < State.LastEventTime ? State.LastEventTime : Context.Now;

    private void Complete(HistoryEvent historyEvent)
    {
        historyEvent.EventId = State.NextEventId;
        historyEvent.TaskId = State.NextEventId;
        historyEvent.EventTime ??= Timestamp.FromDateTime(Now);
    }

    private void Add(JournalRecord record)
    {
        records.Add(record);
        State = Fold.Apply(State, record);
    }
}
