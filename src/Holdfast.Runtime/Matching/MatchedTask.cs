using Holdfast.Runtime.Queries;

namespace Holdfast.Runtime.Matching;

/// <summary>
/// What a poller was given: a task or a query, and the queue it came from. Whoever gets one either starts it or gives it back with
/// <see cref="TaskQueue.PutBack"/>; forgetting it would lose the task until its timeout. With neither, it was given nothing after all and polls on.
/// </summary>
internal record MatchedTask(TaskQueue Queue, QueuedTask? Task, DirectQuery? Query);
