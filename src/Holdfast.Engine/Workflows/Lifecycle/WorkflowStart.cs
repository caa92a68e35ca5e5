using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>The answer to a start; with <paramref name="EagerTask"/> when the caller is a worker that takes the first task itself.</summary>
public sealed record WorkflowStart(StartWorkflowExecutionResponse Response, WorkflowTaskStart? EagerTask);
