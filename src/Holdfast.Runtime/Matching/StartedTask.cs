namespace Holdfast.Runtime.Matching;

/// <summary>A task that its run's shard started for a waiting poller in the step that made it. There is nothing left to do but to tell the worker.</summary>
internal sealed record StartedTask<TReply>(TaskQueue Queue, Told<TReply> Told) : MatchedTask(Queue, null, null);
