using Holdfast.Engine.Workflows;
using Holdfast.Storage;
using Temporalio.Api.Common.V1;

namespace Holdfast.Runtime.Shards;

/// <summary>What lists show of a run.</summary>
internal static class VisibilityRows
{
    /// <summary>Whether the row must be written again. Growth of the history alone is no reason: lists show its length for closed runs only.</summary>
    public static bool Changed(MutableState? listed, MutableState now) =>
        listed is null
        || listed.Status != now.Status
        || listed.ExecutionTime != now.ExecutionTime
        || !ReferenceEquals(listed.SearchAttributes, now.SearchAttributes)
        || !ReferenceEquals(listed.Memo, now.Memo);

    public static VisibilityRow Of(MutableState run)
    {
        var attributes = new SearchAttributes();
        foreach (var (name, value) in run.SearchAttributes)
            attributes.IndexedFields.Add(name, value);
        var memo = new Memo();
        foreach (var (name, value) in run.Memo)
            memo.Fields.Add(name, value);

        var root = run.Started.RootWorkflowExecution is { WorkflowId.Length: > 0 } rootOfChild ? rootOfChild : null;
        return new VisibilityRow
        {
            WorkflowType = run.WorkflowType,
            TaskQueue = run.TaskQueue,
            Status = run.Status,
            StartTime = run.StartTime,
            ExecutionTime = run.ExecutionTime,
            CloseTime = run.CloseTime,
            HistoryLength = run.IsClosed ? run.NextEventId - 1 : 0,
            HistorySizeBytes = run.IsClosed ? run.HistorySizeBytes : 0,
            StateTransitionCount = run.IsClosed ? run.StateTransitionCount : 0,
            ParentWorkflowId = run.Started.ParentWorkflowExecution?.WorkflowId ?? "",
            ParentRunId = run.Started.ParentWorkflowExecution?.RunId ?? "",
            RootWorkflowId = root?.WorkflowId ?? run.Key.WorkflowId,
            RootRunId = root?.RunId ?? run.Key.RunId,
            SearchAttributes = attributes,
            Memo = memo,
        };
    }
}
