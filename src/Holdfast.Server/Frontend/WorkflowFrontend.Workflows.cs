using Grpc.Core;
using Holdfast.Engine;
using Holdfast.Engine.Workflows.Lifecycle;
using Holdfast.Engine.Workflows.Signals;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Frontend;

internal sealed partial class WorkflowFrontend
{
    public override Task<SignalWorkflowExecutionResponse> SignalWorkflowExecution(SignalWorkflowExecutionRequest request, ServerCallContext context)
    {
        var target = Target(request.Namespace, request.WorkflowExecution);
        Requests.Required(request.SignalName, "SignalName");
        Requests.Bounded(request.RequestId, "RequestId");
        return ReplyAsync(new SignalWorkflow(target, request), context);
    }

    public override Task<RequestCancelWorkflowExecutionResponse> RequestCancelWorkflowExecution(
        RequestCancelWorkflowExecutionRequest request, ServerCallContext context)
    {
        var target = Chain(Target(request.Namespace, request.WorkflowExecution), request.FirstExecutionRunId);
        return ReplyAsync(new RequestCancelWorkflow(target, request), context);
    }

    public override Task<TerminateWorkflowExecutionResponse> TerminateWorkflowExecution(TerminateWorkflowExecutionRequest request, ServerCallContext context)
    {
        var target = Chain(Target(request.Namespace, request.WorkflowExecution), request.FirstExecutionRunId);
        return ReplyAsync(new TerminateWorkflow(target, request), context);
    }

    public override Task<DeleteWorkflowExecutionResponse> DeleteWorkflowExecution(DeleteWorkflowExecutionRequest request, ServerCallContext context) =>
        ReplyAsync(new DeleteWorkflow(Target(request.Namespace, request.WorkflowExecution)), context);

    public override Task<ResetStickyTaskQueueResponse> ResetStickyTaskQueue(ResetStickyTaskQueueRequest request, ServerCallContext context) =>
        ReplyAsync(new ResetStickyTaskQueue(Target(request.Namespace, request.Execution)), context);

    public override async Task<DescribeWorkflowExecutionResponse> DescribeWorkflowExecution(DescribeWorkflowExecutionRequest request, ServerCallContext context)
    {
        var target = Target(request.Namespace, request.Execution);
        var run = await Shards.ReadAsync(target, context.CancellationToken) ?? throw Refused.With(Refusal.WorkflowNotFound(target));
        return RunDescription.Of(run.State);
    }

    // Who names the first run of a chain means whichever run of that chain is current.
    private static WorkflowTarget Chain(WorkflowTarget target, string firstExecutionRunId)
    {
        Requests.RunId(firstExecutionRunId);
        return firstExecutionRunId.Length > 0 ? target with { RunId = "" } : target;
    }
}
