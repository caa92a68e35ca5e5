using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Holdfast.Dashboard.History;
using Holdfast.Dashboard.Service;
using Microsoft.Extensions.Options;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Dashboard.Approvals;

/// <summary>Finds, reads and decides approvals through the public protocol alone, whatever SDK the workflow is written in.</summary>
internal sealed class ApprovalClient(WorkflowServiceClient server, IOptions<HoldfastDashboardOptions> options)
{
    private const int PageSize = 100;

    /// <summary>More than anyone decides in one sitting; as some are decided, others move up.</summary>
    public const int MostWaiting = 500;

    /// <summary>The namespaces that are looked through for one inbox.</summary>
    public const int MostNamespaces = 100;

    // Each waits for the server's long poll of 20 seconds at most.
    private const int MostWaits = 2;

    private const string Identity = "dashboard";

    /// <summary>The workflows that wait, the longest waiting first.</summary>
    public async Task<IReadOnlyList<WaitingWorkflow>> ListAsync(string ns, CancellationToken cancellation)
    {
        var waiting = new List<WaitingWorkflow>();
        var token = ByteString.Empty;
        try
        {
            do
            {
                var page = await server.ListAsync(
                    new() { Namespace = ns, PageSize = PageSize, Query = ApprovalConvention.PendingQuery, NextPageToken = token }, cancellation);
                waiting.AddRange(page.Executions.Select(info => WaitingWorkflow.Of(ns, info)));
                token = page.NextPageToken;
            }
            while (!token.IsEmpty && waiting.Count < MostWaiting);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.InvalidArgument && e.Status.Detail.Contains("HoldfastApproval", StringComparison.Ordinal))
        {
            // The search attribute is registered with the first worker that can ask for approvals.
            return [];
        }

        waiting.Sort((a, b) => a.RequestedAt.CompareTo(b.RequestedAt));
        return waiting;
    }

    /// <summary>The workflows that wait in any namespace, the longest waiting first.</summary>
    public async Task<IReadOnlyList<WaitingWorkflow>> ListEverywhereAsync(CancellationToken cancellation)
    {
        var waiting = new List<WaitingWorkflow>();
        foreach (var ns in await NamespacesAsync(cancellation))
            waiting.AddRange(await ListAsync(ns, cancellation));

        waiting.Sort((a, b) => a.RequestedAt.CompareTo(b.RequestedAt));
        return waiting;
    }

    /// <summary>The namespaces whose approvals can be shown.</summary>
    public async Task<IReadOnlyList<string>> NamespacesAsync(CancellationToken cancellation)
    {
        var page = await server.ListNamespacesAsync(new() { PageSize = MostNamespaces }, cancellation);
        return [.. page.Namespaces
            .Where(ns => ns.NamespaceInfo.State is NamespaceState.Registered && ns.NamespaceInfo.Name != "temporal-system")
            .Select(ns => ns.NamespaceInfo.Name)];
    }

    /// <summary>The groups that a person is in, as the host knows them.</summary>
    public IReadOnlyList<string> GroupsOf(string person) => options.Value.GroupsOf(person);

    /// <summary>Whether any worker polls a task queue now or did lately. Without one a query only runs into its deadline.</summary>
    public async Task<bool> HasWorkerAsync(string ns, string taskQueue, CancellationToken cancellation)
    {
        var queue = await server.DescribeTaskQueueAsync(
            new() { Namespace = ns, TaskQueue = new() { Name = taskQueue }, TaskQueueType = TaskQueueType.Workflow }, cancellation);
        return queue.Pollers.Count > 0;
    }

    /// <summary>All requests of a workflow, asked of its worker.</summary>
    /// <exception cref="RpcException">No worker answers, or the workflow does not know the query.</exception>
    /// <exception cref="JsonException">The workflow answers something else than the convention says.</exception>
    public async Task<IReadOnlyList<Approval>> LoadAsync(string ns, string workflowId, string runId, CancellationToken cancellation)
    {
        var response = await server.QueryAsync(
            new()
            {
                Namespace = ns,
                Execution = new() { WorkflowId = workflowId, RunId = runId },
                Query = new() { QueryType = ApprovalConvention.Query },
            },
            cancellation);
        var payload = response.QueryResult?.Payloads_.FirstOrDefault();
        return payload is null ? [] : JsonSerializer.Deserialize(payload.Data.Span, ApprovalJson.Default.IReadOnlyListApproval) ?? [];
    }

    /// <summary>Sends a decision and waits until the workflow recorded or refused it.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="workflowId">The workflow.</param>
    /// <param name="runId">Its run.</param>
    /// <param name="updateId">Names this decision: sent again under the same name it counts once.</param>
    /// <param name="decision">What was decided.</param>
    /// <param name="cancellation">Ends the wait, not the decision.</param>
    public async Task<DecisionResult> DecideAsync(
        string ns, string workflowId, string runId, string updateId, DecideRequest decision, CancellationToken cancellation)
    {
        var request = new UpdateWorkflowExecutionRequest
        {
            Namespace = ns,
            WorkflowExecution = new() { WorkflowId = workflowId, RunId = runId },
            WaitPolicy = new() { LifecycleStage = UpdateWorkflowExecutionLifecycleStage.Completed },
            Request = new()
            {
                Meta = new() { UpdateId = updateId, Identity = Identity },
                Input = new() { Name = ApprovalConvention.DecideUpdate, Args = new() { Payloads_ = { ToPayload(decision with { Groups = GroupsOf(decision.By) is { Count: > 0 } groups ? groups : null }) } } },
            },
        };

        try
        {
            for (var i = 0; i < MostWaits; i++)
            {
                var response = await server.UpdateAsync(request, cancellation);
                if (response.Outcome?.Failure is { } failure)
                    return new DecisionResult.Refused(failure.Message.Length > 0 ? failure.Message : FailureText.Of(failure), failure.ApplicationFailureInfo?.Type ?? "");
                if (response.Outcome?.Success is { } success)
                    return new DecisionResult.Recorded(DecidedOf(success));
            }
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound)
        {
            return new DecisionResult.Refused(await WhyTooLateAsync(ns, workflowId, runId, decision.ApprovalId, cancellation), ApprovalConvention.AlreadyDecided);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.DeadlineExceeded)
        {
        }

        return new DecisionResult.Unconfirmed();
    }

    // A workflow that goes on at once after a decision has often ended when the second one comes, and then takes no updates.
    // It still answers questions, and who was first says more than that it is over.
    private async Task<string> WhyTooLateAsync(string ns, string workflowId, string runId, string approvalId, CancellationToken cancellation)
    {
        try
        {
            var approvals = await LoadAsync(ns, workflowId, runId, cancellation);
            if (approvals.FirstOrDefault(one => one.Id == approvalId) is { IsPending: false, Decision: { By.Length: > 0, At: { } at } decision } decided)
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"Approval {approvalId} was already {decided.State} by {decision.By} at {at.ToUniversalTime():yyyy-MM-dd HH:mm 'UTC'}.");
        }
        catch (Exception e) when (e is RpcException or JsonException)
        {
            // Without a worker there is less to say.
        }

        return "The workflow has ended; nothing can be decided any more.";
    }

    // A workflow of another make may answer something else; the decision stands all the same.
    private static Approval? DecidedOf(Payloads success)
    {
        try
        {
            return success.Payloads_.FirstOrDefault() is { } payload ? JsonSerializer.Deserialize(payload.Data.Span, ApprovalJson.Default.Approval) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Payload ToPayload(DecideRequest decision) => new()
    {
        Metadata = { ["encoding"] = ByteString.CopyFromUtf8("json/plain") },
        Data = ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(decision, ApprovalJson.Default.DecideRequest)),
    };
}
