using Holdfast.Engine;
using Holdfast.Simulation.Machines;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Simulation.Checks;

/// <summary>What callers were promised, to be held against what is stored in the end.</summary>
internal sealed class Ledger(World world)
{
    private readonly HashSet<(string RunId, long ScheduledEventId, int Attempt)> activityStarts = [];
    private readonly HashSet<(string WorkflowId, string RunId)> runs = [];
    private readonly Dictionary<string, (string WorkflowId, bool Acknowledged)> signals = [];
    private readonly HashSet<(string WorkflowId, string RunId, string UpdateId)> updates = [];
    private readonly HashSet<TaskToken> activities = [];
    private readonly HashSet<TaskToken> workflowTasks = [];

    public int Facts => activityStarts.Count + runs.Count + signals.Count + updates.Count + activities.Count + workflowTasks.Count;

    /// <summary>A server hands an attempt to a worker.</summary>
    public void ActivityStarted(TaskToken token)
    {
        world.Tell($"activity {token.WorkflowId} {token.ActivityId} attempt {token.Attempt} starts");
        if (!activityStarts.Add((token.RunId, token.ScheduledEventId, token.Attempt)))
            world.Violated($"attempt {token.Attempt} of activity {token.ActivityId} of {token.WorkflowId}/{token.RunId} was started twice");
    }

    public void ActivityCompleted(TaskToken token) => activities.Add(token);

    public void WorkflowTaskCompleted(TaskToken token) => workflowTasks.Add(token);

    public void Exists(string workflowId, string runId) => runs.Add((workflowId, runId));

    public void Signaled(string workflowId, string name, bool acknowledged) => signals.Add(name, (workflowId, acknowledged));

    public void UpdateCompleted(string workflowId, string runId, string updateId) => updates.Add((workflowId, runId, updateId));

    /// <summary>Compares with all histories there are, by run.</summary>
    public void Check(IReadOnlyDictionary<RunKey, IReadOnlyList<HistoryEvent>> histories)
    {
        foreach (var (workflowId, runId) in runs)
            Find(workflowId, runId, "a start");

        foreach (var (name, (workflowId, acknowledged)) in signals)
        {
            var counts = histories
                .Where(run => run.Key.WorkflowId == workflowId)
                .Select(run => run.Value.Count(one => one.WorkflowExecutionSignaledEventAttributes?.SignalName == name))
                .ToList();
            if (acknowledged && counts.Sum() == 0)
                world.Violated($"signal {name} to {workflowId} was acknowledged and is lost");
            if (counts.Any(count => count > 1))
                world.Violated($"signal {name} to {workflowId} is there more than once");
        }

        foreach (var (workflowId, runId, updateId) in updates)
        {
            var count = Find(workflowId, runId, "an update").Count(one => one.WorkflowExecutionUpdateCompletedEventAttributes?.Meta.UpdateId == updateId);
            if (count != 1)
                world.Violated($"update {updateId} of {workflowId} was acknowledged and is there {count} times");
        }

        foreach (var token in activities)
        {
            var count = Find(token.WorkflowId, token.RunId, "an activity")
                .Count(one => one.ActivityTaskCompletedEventAttributes?.ScheduledEventId == token.ScheduledEventId);
            if (count != 1)
                world.Violated($"the acknowledged completion of activity {token.ActivityId} of {token.WorkflowId} is there {count} times");
        }

        foreach (var token in workflowTasks)
        {
            if (!Find(token.WorkflowId, token.RunId, "a workflow task").Any(one => one.EventType == EventType.WorkflowTaskCompleted
                && one.WorkflowTaskCompletedEventAttributes.StartedEventId == token.StartedEventId))
                world.Violated($"the acknowledged turn {token.StartedEventId} of {token.WorkflowId} is lost");
        }

        IReadOnlyList<HistoryEvent> Find(string workflowId, string runId, string promise)
        {
            if (histories.TryGetValue(new RunKey(SimulatedServer.Namespace, workflowId, runId), out var found))
                return found;
            world.Violated($"{promise} of {workflowId}/{runId} was acknowledged, but there is no such run");
            return [];
        }
    }
}
