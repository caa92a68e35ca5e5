using Grpc.Core;
using Holdfast.Engine;
using Holdfast.Engine.Workflows;
using Holdfast.Engine.Workflows.Lifecycle;
using Holdfast.Engine.Workflows.Signals;
using Holdfast.Runtime;
using Holdfast.Runtime.Matching;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Frontend;

internal sealed partial class WorkflowFrontend
{
    private const int MostLinks = 10;

    public override async Task<RawReply> StartWorkflowExecution(StartWorkflowExecutionRequest request, ServerCallContext context)
    {
        var ns = ResolveForStart(request.Namespace);
        Check(request);
        return await ReplyAsync(await AskAsync(new StartWorkflow(ns.Id, request), context), request.Namespace, context);
    }

    public override async Task<SignalWithStartWorkflowExecutionResponse> SignalWithStartWorkflowExecution(
        SignalWithStartWorkflowExecutionRequest request, ServerCallContext context)
    {
        var ns = ResolveForStart(request.Namespace);
        Check(request);
        return await ReplyAsync(new SignalWithStart(ns.Id, request), context);
    }

    /// <summary>Refuses what no workflow can be started with, and gives the request an id if it has none.</summary>
    private void Check(StartWorkflowExecutionRequest request)
    {
        CheckNames(request.WorkflowId, request.WorkflowType, request.RequestId);
        Requests.Queue(request.TaskQueue);
        Requests.Timeout(request.WorkflowExecutionTimeout, "WorkflowExecutionTimeout");
        Requests.Timeout(request.WorkflowRunTimeout, "WorkflowRunTimeout");
        Requests.Timeout(request.WorkflowTaskTimeout, "WorkflowTaskTimeout");
        CheckSchedule(request.CronSchedule, request.WorkflowStartDelay, request.RetryPolicy);
        CheckMemo(request.Memo);
        if (request.Links.Count > MostLinks)
            throw Refused.InvalidArgument($"cannot attach more than {MostLinks} links per request, got {request.Links.Count}");
        RefuseUnsupported(request.TimeSkippingConfig is not null, "TimeSkippingConfig");
        RefuseUnsupported(request.VersioningOverride is not null, "VersioningOverride");
        RefuseUnsupported(request.CompletionCallbacks.Count > 0, "CompletionCallbacks");
        request.RequestId = RequestIdOf(request.RequestId);
    }

    private void Check(SignalWithStartWorkflowExecutionRequest request)
    {
        CheckNames(request.WorkflowId, request.WorkflowType, request.RequestId);
        Requests.Required(request.SignalName, "SignalName");
        Requests.Queue(request.TaskQueue);
        Requests.Timeout(request.WorkflowExecutionTimeout, "WorkflowExecutionTimeout");
        Requests.Timeout(request.WorkflowRunTimeout, "WorkflowRunTimeout");
        Requests.Timeout(request.WorkflowTaskTimeout, "WorkflowTaskTimeout");
        CheckSchedule(request.CronSchedule, request.WorkflowStartDelay, request.RetryPolicy);
        CheckMemo(request.Memo);
        RefuseUnsupported(request.TimeSkippingConfig is not null, "TimeSkippingConfig");
        RefuseUnsupported(request.VersioningOverride is not null, "VersioningOverride");
        request.RequestId = RequestIdOf(request.RequestId);
    }

    // To go on without what was asked for would be a promise that nobody keeps.
    private static void RefuseUnsupported(bool isSet, string field)
    {
        if (isSet)
            throw Refused.With(new Refusal(RefusalCode.Unimplemented, $"{field} is set on request, but this server does not support it."));
    }

    private static void CheckNames(string workflowId, WorkflowType? type, string requestId)
    {
        Requests.Required(workflowId, "WorkflowId");
        Requests.Required(type?.Name ?? "", "WorkflowType");
        Requests.Bounded(requestId, "RequestId");
    }

    private static void CheckSchedule(string cron, Google.Protobuf.WellKnownTypes.Duration? startDelay, RetryPolicy? retries)
    {
        Requests.Timeout(startDelay, "WorkflowStartDelay");
        if (cron.Length > 0 && startDelay is not null)
            throw Refused.InvalidArgument("CronSchedule and WorkflowStartDelay may not be used together.");
        if (CronSchedule.Problem(cron) is { } badCron)
            throw Refused.InvalidArgument(badCron);
        Requests.Timeout(retries?.InitialInterval, "RetryPolicy.InitialInterval");
        Requests.Timeout(retries?.MaximumInterval, "RetryPolicy.MaximumInterval");
        if (RetryPolicies.Problem(retries) is { } badPolicy)
            throw Refused.InvalidArgument(badPolicy);
    }

    private void CheckMemo(Memo? memo)
    {
        if (memo?.CalculateSize() > server.Config.Limits.MemoSizeError)
            throw Refused.InvalidArgument($"Memo size exceeds limit of {server.Config.Limits.MemoSizeError} bytes.");
    }

    /// <summary>Who gives no request id gets one, so that what is done for a request can always be told from what is done for another.</summary>
    private string RequestIdOf(string given) => given.Length > 0 ? given : server.NewId();

    private async ValueTask<RawReply> ReplyAsync(Told<WorkflowStart> told, string ns, ServerCallContext context)
    {
        var (response, eager) = told.Answer.Reply;
        return eager is null || told.Run is null
            ? RawReply.Of(WithLink(response, told.Run, ns))
            : TaskReplies.Inside(WithLink(response, told.Run, ns), StartWorkflowExecutionResponse.EagerWorkflowTaskFieldNumber, await WorkflowTaskReply.OfAsync(Shards, eager, told.Run, context.CancellationToken));
    }

    private static StartWorkflowExecutionResponse WithLink(StartWorkflowExecutionResponse response, RunSnapshot? run, string ns)
    {
        response.Link ??= run is null ? null : new Link
        {
            WorkflowEvent = new Link.Types.WorkflowEvent
            {
                Namespace = ns,
                WorkflowId = run.State.Key.WorkflowId,
                RunId = response.RunId,
                EventRef = new Link.Types.WorkflowEvent.Types.EventReference { EventId = 1, EventType = EventType.WorkflowExecutionStarted },
            },
        };
        return response;
    }
}
