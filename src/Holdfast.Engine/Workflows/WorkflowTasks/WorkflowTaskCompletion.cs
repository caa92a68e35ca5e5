using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>The answer to a completed workflow task; <paramref name="NextTask"/> is handed to the same worker at once.</summary>
public sealed record WorkflowTaskCompletion(RespondWorkflowTaskCompletedResponse Response, WorkflowTaskStart? NextTask);
