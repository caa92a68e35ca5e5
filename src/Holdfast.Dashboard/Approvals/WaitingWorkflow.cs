using System.Text.Json;
using Temporalio.Api.Workflow.V1;

namespace Holdfast.Dashboard.Approvals;

/// <summary>A workflow in which at least one approval waits, as the list shows it.</summary>
internal sealed record WaitingWorkflow
{
    public required string Namespace { get; init; }

    public required string WorkflowId { get; init; }

    public required string RunId { get; init; }

    public required string TaskQueue { get; init; }

    public required string Subject { get; init; }

    public required string From { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The newest request's id; null if the workflow keeps no memo of it.</summary>
    public string? ApprovalId { get; init; }

    /// <summary>Who may decide the newest request; empty: anybody.</summary>
    public IReadOnlyList<string> Assignees { get; init; } = [];

    public int Quorum { get; init; } = 1;

    /// <summary>Whether another reading of the list says the same; a list's records compare their members by identity.</summary>
    public bool IsSame(WaitingWorkflow? other) =>
        other is not null && (this with { Assignees = other.Assignees }) == other && Assignees.SequenceEqual(other.Assignees, StringComparer.Ordinal);

    public static WaitingWorkflow Of(string ns, WorkflowExecutionInfo info)
    {
        var memo = MemoOf(info);
        return new()
        {
            Namespace = ns,
            WorkflowId = info.Execution.WorkflowId,
            RunId = info.Execution.RunId,
            TaskQueue = info.TaskQueue,
            Subject = memo?.Subject is { Length: > 0 } subject ? subject : info.Execution.WorkflowId,
            From = memo?.From ?? info.Type?.Name ?? "",
            RequestedAt = memo?.RequestedAt ?? info.StartTime.ToDateTimeOffset(),
            ExpiresAt = memo?.ExpiresAt,
            ApprovalId = memo?.Id,
            Assignees = memo?.Assignees ?? [],
            Quorum = Math.Max(1, memo?.Quorum ?? 1),
        };
    }

    private static ApprovalMemo? MemoOf(WorkflowExecutionInfo info)
    {
        if (info.Memo?.Fields.TryGetValue(ApprovalConvention.MemoKey, out var payload) != true)
            return null;

        try
        {
            return JsonSerializer.Deserialize(payload!.Data.Span, ApprovalJson.Default.ApprovalMemo);
        }
        catch (JsonException)
        {
            // The memo only makes the list nicer; the workflow itself still can be asked.
            return null;
        }
    }
}
