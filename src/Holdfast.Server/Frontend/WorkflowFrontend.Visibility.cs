using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Holdfast.Engine.Visibility;
using Holdfast.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Workflow.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Frontend;

internal sealed partial class WorkflowFrontend
{
    private const int LargestListPage = 1000;

    public override async Task<ListWorkflowExecutionsResponse> ListWorkflowExecutions(ListWorkflowExecutionsRequest request, ServerCallContext context)
    {
        var page = await ListAsync(request.Namespace, request.Query, request.PageSize, request.NextPageToken, context);
        return new ListWorkflowExecutionsResponse { Executions = { page.Entries.Select(Listed) }, NextPageToken = NextPage(page) };
    }

    public override async Task<ScanWorkflowExecutionsResponse> ScanWorkflowExecutions(ScanWorkflowExecutionsRequest request, ServerCallContext context)
    {
        var page = await ListAsync(request.Namespace, request.Query, request.PageSize, request.NextPageToken, context);
        return new ScanWorkflowExecutionsResponse { Executions = { page.Entries.Select(Listed) }, NextPageToken = NextPage(page) };
    }

    public override async Task<CountWorkflowExecutionsResponse> CountWorkflowExecutions(CountWorkflowExecutionsRequest request, ServerCallContext context)
    {
        var ns = Resolve(request.Namespace);
        var filter = ListFilter.ForCount(request.Query, ns.View).OrThrow();
        var count = await server.Store.CountAsync(new VisibilityQuery(ns.Id) { Filter = filter }, context.CancellationToken);
        return new CountWorkflowExecutionsResponse
        {
            Count = count.Total,
            Groups =
            {
                count.ByStatus.OrderBy(group => group.Key).Select(group => new CountWorkflowExecutionsResponse.Types.AggregationGroup
                {
                    Count = group.Value,
                    GroupValues =
                    {
                        new Payload
                        {
                            Metadata = { ["encoding"] = ByteString.CopyFromUtf8("json/plain"), ["type"] = ByteString.CopyFromUtf8("Keyword") },
                            Data = ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(group.Key.ToString())),
                        },
                    },
                }),
            },
        };
    }

    private async Task<VisibilityPage> ListAsync(string name, string query, int pageSize, ByteString pageToken, ServerCallContext context)
    {
        var ns = Resolve(name);
        if (pageSize < 0)
            throw Refused.InvalidArgument("PageSize must not be negative.");
        var filter = ListFilter.ForList(query, ns.View).OrThrow();
        VisibilityCursor? after = null;
        if (!pageToken.IsEmpty && !VisibilityCursor.TryParse(pageToken.Span, out after))
            throw Refused.InvalidArgument("Invalid NextPageToken.");
        return await server.Store.ListAsync(
            new VisibilityQuery(ns.Id) { Filter = filter, PageSize = pageSize is 0 or > LargestListPage ? LargestListPage : pageSize, After = after },
            context.CancellationToken);
    }

    private static ByteString NextPage(VisibilityPage page) => page.Next is { } next ? ByteString.CopyFrom(next.ToToken()) : ByteString.Empty;

    private static WorkflowExecutionInfo Listed(VisibilityEntry entry)
    {
        var row = entry.Row;
        return new WorkflowExecutionInfo
        {
            Execution = new WorkflowExecution { WorkflowId = entry.Run.WorkflowId, RunId = entry.Run.RunId },
            Type = new WorkflowType { Name = row.WorkflowType },
            StartTime = Timestamp.FromDateTime(row.StartTime),
            ExecutionTime = Timestamp.FromDateTime(row.ExecutionTime),
            CloseTime = row.CloseTime is { } closed ? Timestamp.FromDateTime(closed) : null,
            ExecutionDuration = row.CloseTime is { } end ? Duration.FromTimeSpan(end - row.ExecutionTime) : null,
            Status = row.Status,
            HistoryLength = row.HistoryLength,
            HistorySizeBytes = row.HistorySizeBytes,
            StateTransitionCount = row.StateTransitionCount,
            TaskQueue = row.TaskQueue,
            Memo = row.Memo,
            SearchAttributes = row.SearchAttributes,
            ParentExecution = row.ParentWorkflowId.Length > 0 ? new WorkflowExecution { WorkflowId = row.ParentWorkflowId, RunId = row.ParentRunId } : null,
            RootExecution = row.RootWorkflowId.Length > 0
                ? new WorkflowExecution { WorkflowId = row.RootWorkflowId, RunId = row.RootRunId }
                : new WorkflowExecution { WorkflowId = entry.Run.WorkflowId, RunId = entry.Run.RunId },
        };
    }
}
