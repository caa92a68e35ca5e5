using Holdfast.Engine;

namespace Holdfast.Runtime.Matching;

/// <summary>
/// Names one attempt of one task. The same attempt may be dispatched twice (its run was evicted and loaded again, its shard reloaded), so
/// a queue holds each key once.
/// </summary>
internal readonly record struct TaskKey(RunKey Run, long ScheduledEventId, int Attempt);
