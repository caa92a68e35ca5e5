using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Journal;
using Temporalio.Api.TaskQueue.V1;

namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>Which worker has the run cached, so that its next workflow task needs only the new events.</summary>
internal static class StickyQueue
{
    /// <summary>Schedule-to-start of a sticky queue whose worker names none.</summary>
    private static readonly TimeSpan DefaultScheduleToStart = TimeSpan.FromSeconds(5);

    /// <summary>What the completing worker says; without attributes the run is not sticky any more.</summary>
    public static void Set(Turn turn, StickyExecutionAttributes? attributes)
    {
        if (attributes is not { WorkerTaskQueue.Name.Length: > 0 })
        {
            Clear(turn);
            return;
        }

        var wanted = attributes.ScheduleToStartTimeout?.ToTimeSpan() ?? TimeSpan.Zero;
        var scheduleToStart = wanted > TimeSpan.Zero ? wanted : DefaultScheduleToStart;
        if (turn.State.StickyQueue == attributes.WorkerTaskQueue.Name && turn.State.StickyScheduleToStart == scheduleToStart)
            return;
        turn.Record(new StoredRecord
        {
            StickyQueueSet = new StickyQueueSet
            {
                Queue = attributes.WorkerTaskQueue.Name,
                ScheduleToStart = Duration.FromTimeSpan(scheduleToStart),
            },
        });
    }

    public static void Clear(Turn turn)
    {
        if (turn.State.StickyQueue.Length > 0)
            turn.Record(new StoredRecord { StickyQueueSet = new StickyQueueSet() });
    }

    public static MutableState Apply(MutableState state, StickyQueueSet set) => state with
    {
        StickyQueue = set.Queue,
        StickyScheduleToStart = set.ScheduleToStart?.ToTimeSpan() ?? TimeSpan.Zero,
    };
}
