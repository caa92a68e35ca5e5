using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.Updates;

/// <summary>Both answers of an update-with-start.</summary>
public sealed record UpdateWithStartReply(StartWorkflowExecutionResponse Start, UpdateWorkflowExecutionResponse Update);
