using Holdfast.Engine;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Storage.Sqlite;

/// <summary>Lists and counts.</summary>
internal static class VisibilityReader
{
    private const string Columns = """
        workflow_id, run_id, workflow_type, task_queue, status, start_time, execution_time, close_time,
        history_length, history_size_bytes, state_transition_count, parent_workflow_id, parent_run_id, root_workflow_id, root_run_id,
        search_attributes, memo
        """;

    public static VisibilityPage List(Reader reader, VisibilityQuery query)
    {
        var where = new FilterSql(firstParameter: 6);
        var sql = $"""
            SELECT {Columns} FROM visibility
            WHERE namespace_id = ?1
              AND close_time <= ?2 AND (close_time < ?2 OR start_time < ?3 OR (start_time = ?3 AND run_id > ?4))
              AND {where.Of(query.Filter.Where)}
            ORDER BY close_time DESC, start_time DESC, run_id LIMIT ?5
            """;
        using var select = new Statement(reader.Connection, sql);
        where.Bind(select);

        // One row more than asked for tells whether there is a next page.
        select.Bind(1, query.NamespaceId)
            .Bind(2, query.After?.CloseTime is { } closed ? StoredTime.From(closed) : StoredTime.Open)
            .Bind(3, query.After is { } after ? StoredTime.From(after.StartTime) : long.MaxValue)
            .Bind(4, query.After?.RunId ?? "")
            .Bind(5, query.PageSize + 1);
        var entries = new List<VisibilityEntry>();
        while (select.Read())
        {
            if (entries.Count == query.PageSize)
                return new VisibilityPage(entries, VisibilityCursor.Of(entries[^1]));
            entries.Add(Entry(query.NamespaceId, select));
        }

        return new VisibilityPage(entries, null);
    }

    public static VisibilityCount Count(Reader reader, VisibilityQuery query)
    {
        var where = new FilterSql(firstParameter: 2);
        using var select = new Statement(
            reader.Connection, $"SELECT status, count(*) FROM visibility WHERE namespace_id = ?1 AND {where.Of(query.Filter.Where)} GROUP BY status");
        where.Bind(select);
        select.Bind(1, query.NamespaceId);
        var total = 0L;
        var byStatus = new Dictionary<WorkflowExecutionStatus, long>();
        while (select.Read())
        {
            total += select.Long(1);
            if (query.Filter.GroupByStatus)
                byStatus[(WorkflowExecutionStatus)select.Int(0)] = select.Long(1);
        }

        return new VisibilityCount(total, byStatus);
    }

    private static VisibilityEntry Entry(string namespaceId, Statement row) => new(
        new RunKey(namespaceId, row.Text(0), row.Text(1)),
        new VisibilityRow
        {
            WorkflowType = row.Text(2),
            TaskQueue = row.Text(3),
            Status = (WorkflowExecutionStatus)row.Int(4),
            StartTime = StoredTime.ToUtc(row.Long(5)),
            ExecutionTime = StoredTime.ToUtc(row.Long(6)),
            CloseTime = row.Long(7) == StoredTime.Open ? null : StoredTime.ToUtc(row.Long(7)),
            HistoryLength = row.Long(8),
            HistorySizeBytes = row.Long(9),
            StateTransitionCount = row.Long(10),
            ParentWorkflowId = row.Text(11),
            ParentRunId = row.Text(12),
            RootWorkflowId = row.Text(13),
            RootRunId = row.Text(14),
            SearchAttributes = row.IsNull(15) ? new SearchAttributes() : SearchAttributes.Parser.ParseFrom(row.Blob(15)),
            Memo = row.IsNull(16) ? new Memo() : Memo.Parser.ParseFrom(row.Blob(16)),
        });
}
