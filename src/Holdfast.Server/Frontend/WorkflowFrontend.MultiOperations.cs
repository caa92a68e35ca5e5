using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Holdfast.Engine;
using Holdfast.Engine.Workflows.Updates;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.WorkflowService.V1;
using OperationCase = Temporalio.Api.WorkflowService.V1.ExecuteMultiOperationRequest.Types.Operation.OperationOneofCase;
using OperationStatus = Temporalio.Api.ErrorDetails.V1.MultiOperationExecutionFailure.Types.OperationStatus;

namespace Holdfast.Server.Frontend;

internal sealed partial class WorkflowFrontend
{
    private static readonly Refusal Innocent = new(RefusalCode.Aborted, "Operation was aborted.", new MultiOperationExecutionAborted());

    /// <summary>
    /// Update-with-start, the one pair of operations that there is: starts the workflow unless it runs, and updates it, in one decision.
    /// </summary>
    public override async Task<ExecuteMultiOperationResponse> ExecuteMultiOperation(ExecuteMultiOperationRequest request, ServerCallContext context)
    {
        var ns = ResolveForStart(request.Namespace);
        if (request.Operations is not [{ OperationCase: OperationCase.StartWorkflow }, { OperationCase: OperationCase.UpdateWorkflow }])
            throw Refused.InvalidArgument("Operations have to be exactly [Start, Update].");
        var start = request.Operations[0].StartWorkflow;
        var update = request.Operations[1].UpdateWorkflow;
        CheckPair(request.Namespace, start, update);

        var told = await AskAsync(new UpdateWithStart(ns.Id, start, update), context);
        var (started, admitted) = told.Answer.Reply;
        var run = new WorkflowTarget(ns.Id, start.WorkflowId, started.RunId);
        return new ExecuteMultiOperationResponse
        {
            Responses =
            {
                new ExecuteMultiOperationResponse.Types.Response { StartWorkflow = WithLink(started, told.Run, request.Namespace) },
                new ExecuteMultiOperationResponse.Types.Response { UpdateWorkflow = await StageOrBlameAsync(run, admitted, update, context) },
            },
        };
    }

    /// <summary>Waits for the update; what comes of it in the end is the update's own fault, and told as such.</summary>
    private async Task<UpdateWorkflowExecutionResponse> StageOrBlameAsync(
        WorkflowTarget run, UpdateWorkflowExecutionResponse admitted, UpdateWorkflowExecutionRequest update, ServerCallContext context)
    {
        try
        {
            return await ReachStageAsync(run, admitted, update, context);
        }
        catch (RpcException refused) when (refused.GetRpcStatus() is { } status)
        {
            throw Refused.With(new Refusal((RefusalCode)status.Code, PairFailed, new MultiOperationExecutionFailure
            {
                Statuses = { StatusOf(Innocent), new OperationStatus { Code = status.Code, Message = status.Message, Details = { status.Details } } },
            }));
        }
    }

    private void CheckPair(string ns, StartWorkflowExecutionRequest start, UpdateWorkflowExecutionRequest update)
    {
        // A fault of either fails both, under the name of the one that has it.
        Blame(startIsToBlame: true, () =>
        {
            Check(start);
            if (start.Namespace.Length > 0 && start.Namespace != ns)
                throw Refused.InvalidArgument("Operation's Namespace does not match the request's.");
            if (start.CronSchedule.Length > 0)
                throw Refused.InvalidArgument("CronSchedule is not allowed.");
            if (start.WorkflowStartDelay is not null)
                throw Refused.InvalidArgument("WorkflowStartDelay is not allowed.");
            if (start.RequestEagerExecution)
                throw Refused.InvalidArgument("RequestEagerExecution is not supported.");
        });
        Blame(startIsToBlame: false, () =>
        {
            if (update.Namespace.Length > 0 && update.Namespace != ns)
                throw Refused.InvalidArgument("Operation's Namespace does not match the request's.");
            Requests.Execution(update.WorkflowExecution);
            if (update.WorkflowExecution.WorkflowId != start.WorkflowId)
                throw Refused.InvalidArgument("WorkflowId is not consistent with previous operation(s).");
            if (update.WorkflowExecution.RunId.Length > 0)
                throw Refused.InvalidArgument("RunId is not allowed.");
            if (update.FirstExecutionRunId.Length > 0)
                throw Refused.InvalidArgument("FirstExecutionRunId is not allowed.");
            CheckUpdate(update);
        });
    }

    private const string PairFailed = "Update-with-Start could not be executed.";

    private static void Blame(bool startIsToBlame, Action check)
    {
        try
        {
            check();
        }
        catch (RpcException refused)
        {
            var guilty = new Refusal((RefusalCode)refused.StatusCode, refused.Status.Detail);
            throw Refused.With(startIsToBlame ? Failed(guilty, Innocent) : Failed(Innocent, guilty));
        }
    }

    private static Refusal Failed(Refusal start, Refusal update) => new(
        start == Innocent ? update.Code : start.Code,
        PairFailed,
        new MultiOperationExecutionFailure { Statuses = { StatusOf(start), StatusOf(update) } });

    private static OperationStatus StatusOf(Refusal refusal)
    {
        var status = new OperationStatus { Code = (int)refusal.Code, Message = refusal.Message };
        if (refusal.Detail is { } detail)
            status.Details.Add(Any.Pack(detail));
        return status;
    }
}
