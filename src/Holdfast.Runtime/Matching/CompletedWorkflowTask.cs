using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Runtime.Matching;

/// <summary>The answer to a worker's turn; <paramref name="NextTask"/> goes into it when there is one.</summary>
public sealed record CompletedWorkflowTask(RespondWorkflowTaskCompletedResponse Response, WorkflowTaskReply? NextTask);
