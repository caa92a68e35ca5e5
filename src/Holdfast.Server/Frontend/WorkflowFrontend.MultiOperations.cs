using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Holdfast.Engine;
using Holdfast.Engine.Workflows.Lifecycle;
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
    /// Update-with-start, the one pair of operations that there is: starts the workflow unless it runs, and updates it. An update that the
    /// workflow knows already is answered before anything is started.
    /// </summary>
    public override async Task<ExecuteMultiOperationResponse> ExecuteMultiOperation(ExecuteMultiOperationRequest request, ServerCallContext context)
    {
        var ns = ResolveForStart(request.Namespace);
        if (request.Operations is not [{ OperationCase: OperationCase.StartWorkflow }, { OperationCase: OperationCase.UpdateWorkflow }])
            throw Refused.InvalidArgument("Operations have to be exactly [Start, Update].");
        var start = request.Operations[0].StartWorkflow;
        var update = request.Operations[1].UpdateWorkflow;
        CheckPair(request.Namespace, start, update);

        var target = new WorkflowTarget(ns.Id, start.WorkflowId);
        if (await KnownUpdateAsync(target, update, context) is { } runId)
            return await UpdateStartedAsync(new StartWorkflowExecutionResponse { RunId = runId }, target with { RunId = runId }, update, context);

        var started = await Shards.AskAsync(new StartWorkflow(ns.Id, start), context.CancellationToken);
        if (started.Answer.Refusal is { } refusal)
            throw Refused.With(Failed(refusal, Innocent));
        var response = WithLink(started.Answer.Reply.Response, started.Run, request.Namespace);
        return await UpdateStartedAsync(response, target with { RunId = response.RunId }, update, context);
    }

    private async Task<ExecuteMultiOperationResponse> UpdateStartedAsync(
        StartWorkflowExecutionResponse started, WorkflowTarget run, UpdateWorkflowExecutionRequest update, ServerCallContext context)
    {
        try
        {
            var updated = await UpdateAsync(run, update, context);
            return new ExecuteMultiOperationResponse
            {
                Responses =
                {
                    new ExecuteMultiOperationResponse.Types.Response { StartWorkflow = started },
                    new ExecuteMultiOperationResponse.Types.Response { UpdateWorkflow = updated },
                },
            };
        }
        catch (RpcException refused) when (refused.GetRpcStatus() is { } status)
        {
            throw Refused.With(new Refusal((RefusalCode)status.Code, PairFailed, new MultiOperationExecutionFailure
            {
                Statuses = { StatusOf(Innocent), new OperationStatus { Code = status.Code, Message = status.Message, Details = { status.Details } } },
            }));
        }
    }

    /// <summary>The run that holds the update already, if any.</summary>
    private async Task<string?> KnownUpdateAsync(WorkflowTarget target, UpdateWorkflowExecutionRequest update, ServerCallContext context)
    {
        var updateId = update.Request.Meta?.UpdateId ?? "";
        if (updateId.Length == 0 || await Shards.ReadAsync(target, context.CancellationToken) is not { } run)
            return null;
        return UpdateStatus.Of(run.State, updateId) is { Refusal: null } ? run.State.Key.RunId : null;
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
