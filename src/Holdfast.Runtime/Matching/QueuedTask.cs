namespace Holdfast.Runtime.Matching;

/// <summary>A task that is owed to some poller. It is kept in memory only: its run's state owes it, so it cannot be lost.</summary>
/// <param name="NormalQueue">For workflow tasks, the queue that takes the task when a sticky queue cannot; the activity's own queue else.</param>
internal sealed record QueuedTask(TaskKey Key, string NormalQueue, DateTime AddedAt);
