using Temporalio.Api.Enums.V1;

namespace Holdfast.Runtime.Matching;

/// <summary>Names a task queue: one name may carry workflow tasks and activity tasks side by side, and they never mix.</summary>
internal readonly record struct TaskQueueKey(string NamespaceId, string Name, TaskQueueType Type);
