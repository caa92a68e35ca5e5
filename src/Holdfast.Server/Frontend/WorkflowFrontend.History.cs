using Google.Protobuf;
using Grpc.Core;
using Holdfast.Engine;
using Holdfast.Runtime;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Frontend;

internal sealed partial class WorkflowFrontend
{
    /// <summary>
    /// Pages of a run's history, oldest first. With <c>wait_new_event</c> the last page of an open run carries a token all the same: asked
    /// with it, the server waits for what comes next, and after a while says that nothing did.
    /// </summary>
    public override async Task<RawReply> GetWorkflowExecutionHistory(GetWorkflowExecutionHistoryRequest request, ServerCallContext context)
    {
        var (target, token) = HistoryTarget(request.Namespace, request.Execution, request.NextPageToken, request.MaximumPageSize);
        var next = token?.NextEventId ?? 1;
        var closeOnly = request.HistoryEventFilterType == HistoryEventFilterType.CloseEvent;
        var run = request.WaitNewEvent && token is not { LastEventId: > 0 }
            ? await WaitAsync(target, run => run.State.IsClosed || (!closeOnly && run.History.LastEventId >= next), context)
            : await Shards.ReadAsync(target, context.CancellationToken);
        if (run is null)
            throw Refused.With(Refusal.WorkflowNotFound(target));

        return closeOnly ? await CloseEventAsync(request, run, context) : await PageAsync(request, run, token, next, context);
    }

    /// <summary>Pages of a run's history, newest first.</summary>
    public override async Task<RawReply> GetWorkflowExecutionHistoryReverse(GetWorkflowExecutionHistoryReverseRequest request, ServerCallContext context)
    {
        var (target, token) = HistoryTarget(request.Namespace, request.Execution, request.NextPageToken, request.MaximumPageSize);
        var run = await Shards.ReadAsync(target, context.CancellationToken) ?? throw Refused.With(Refusal.WorkflowNotFound(target));

        var last = Math.Min(token?.NextEventId ?? long.MaxValue, run.History.LastEventId);
        var most = HistoryPages.MostEventsFor(request.MaximumPageSize);
        var page = HistoryPages.Last(await Shards.ReadHistoryAsync(run, Math.Max(1, last - most + 1), last, context.CancellationToken), most);
        var reply = new GetWorkflowExecutionHistoryReverseResponse();
        if (page.Count > 0 && page.FirstEventId > 1)
            reply.NextPageToken = new HistoryToken(run.State.Key.RunId, page.FirstEventId - 1, 0, []).ToBytes();
        var reversed = new ByteString[page.Count];
        for (var position = 0; position < page.Count; position++)
            reversed[page.Count - 1 - position] = page[position];
        return RawReply.WithHistory(reply, GetWorkflowExecutionHistoryReverseResponse.HistoryFieldNumber, new HistorySlice(reversed, 0, reversed.Length));
    }

    private async ValueTask<RawReply> CloseEventAsync(GetWorkflowExecutionHistoryRequest request, RunSnapshot run, ServerCallContext context)
    {
        var reply = new GetWorkflowExecutionHistoryResponse();
        var last = run.History.LastEventId;

        // An open run has no close event yet: nothing, and a token to wait on; or, where nobody waits, whatever is last.
        if (!run.State.IsClosed && request.WaitNewEvent)
        {
            reply.NextPageToken = new HistoryToken(run.State.Key.RunId, last + 1, 0, []).ToBytes();
            return RawReply.WithHistory(reply, GetWorkflowExecutionHistoryResponse.HistoryFieldNumber, default);
        }

        return RawReply.WithHistory(reply, GetWorkflowExecutionHistoryResponse.HistoryFieldNumber, await Shards.ReadHistoryAsync(run, last, last, context.CancellationToken));
    }

    private async ValueTask<RawReply> PageAsync(
        GetWorkflowExecutionHistoryRequest request, RunSnapshot run, HistoryToken? token, long next, ServerCallContext context)
    {
        var until = token is { LastEventId: > 0 } ? token.LastEventId : run.History.LastEventId;
        var most = HistoryPages.MostEventsFor(request.MaximumPageSize);
        var page = HistoryPages.First(await Shards.ReadHistoryAsync(run, next, Math.Min(until, next + most - 1), context.CancellationToken), most);
        var following = page.Count > 0 ? page.LastEventId + 1 : next;
        var reply = new GetWorkflowExecutionHistoryResponse();
        if (following <= until)
        {
            reply.NextPageToken = new HistoryToken(run.State.Key.RunId, following, token?.LastEventId ?? 0, token?.LastEvents ?? []).ToBytes();
            return RawReply.WithHistory(reply, GetWorkflowExecutionHistoryResponse.HistoryFieldNumber, page);
        }

        if (request.WaitNewEvent && !run.State.IsClosed && token is not { LastEventId: > 0 })
            reply.NextPageToken = new HistoryToken(run.State.Key.RunId, following, 0, []).ToBytes();
        return RawReply.WithHistory(reply, GetWorkflowExecutionHistoryResponse.HistoryFieldNumber, page, token?.LastEvents ?? []);
    }

    private (WorkflowTarget Target, HistoryToken? Token) HistoryTarget(string ns, WorkflowExecution? execution, ByteString pageToken, int pageSize)
    {
        var target = Target(ns, execution);
        if (pageSize < 0)
            throw Refused.InvalidArgument("MaximumPageSize must not be negative.");
        var token = HistoryToken.Parse(pageToken);
        if (token is not null && target.RunId.Length > 0 && target.RunId != token.RunId)
            throw Refused.InvalidArgument("RunId in the request does not match the NextPageToken.");
        return (token is null ? target : target with { RunId = token.RunId }, token);
    }
}
