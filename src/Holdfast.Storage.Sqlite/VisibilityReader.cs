using Google.Protobuf;
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
        // Only a later page names the place: a range on the close time would draw SQLite away from finding just the open runs.
        var place = query.After is null
            ? ""
            : "AND close_time <= ?3 AND (close_time < ?3 OR start_time < ?4 OR (start_time = ?4 AND run_id > ?5))";
        var where = new FilterSql(firstParameter: query.After is null ? 3 : 6);
        var sql = $"""
            SELECT {Columns} FROM visibility
            WHERE {where.Namespace("?1", query.Filter.Where)} AND {where.Of(query.Filter.Where)} {place}
            ORDER BY close_time DESC, start_time DESC, run_id LIMIT ?2
            """;
        using var select = new Statement(reader.Connection, sql);

        // One row more than asked for tells whether there is a next page.
        select.Bind(1, reader.Ids.Namespace(query.NamespaceId)).Bind(2, query.PageSize + 1L);
        if (query.After is { } after)
        {
            select.Bind(3, after.CloseTime is { } closed ? StoredTime.From(closed) : StoredTime.Open)
                .Bind(4, StoredTime.From(after.StartTime))
                .Bind(5, reader.Ids.Run(query.NamespaceId, after.RunId));
        }

        where.Bind(select);
        var entries = new List<VisibilityEntry>();
        while (select.Read())
        {
            if (entries.Count == query.PageSize)
                return new VisibilityPage(entries, VisibilityCursor.Of(entries[^1]));
            entries.Add(Entry(reader.Ids, query.NamespaceId, select));
        }

        return new VisibilityPage(entries, null);
    }

    public static VisibilityCount Count(Reader reader, VisibilityQuery query)
    {
        var byStatus = query.Filter.GroupByStatus;
        var where = new FilterSql(firstParameter: 2);
        var sql = $"""
            SELECT count(*){(byStatus ? ", status" : "")} FROM visibility
            WHERE {where.Namespace("?1", query.Filter.Where)} AND {where.Of(query.Filter.Where)}
            {(byStatus ? "GROUP BY status" : "")}
            """;
        using var select = new Statement(reader.Connection, sql);
        select.Bind(1, reader.Ids.Namespace(query.NamespaceId));
        where.Bind(select);
        var total = 0L;
        var counts = new Dictionary<WorkflowExecutionStatus, long>();
        while (select.Read())
        {
            total += select.Long(0);
            if (byStatus)
                counts[(WorkflowExecutionStatus)select.Int(1)] = select.Long(0);
        }

        return new VisibilityCount(total, counts);
    }

    /// <summary>One run's row; null when it has none.</summary>
    public static VisibilityRow? Find(Reader reader, string namespaceId, long entityId)
    {
        using var select = new Statement(reader.Connection, $"SELECT {Columns} FROM visibility WHERE entity_id = ?1");
        select.Bind(1, entityId);
        return select.Read() ? Entry(reader.Ids, namespaceId, select).Row : null;
    }

    private static VisibilityEntry Entry(StoredIds ids, string namespaceId, Statement row)
    {
        var run = new RunKey(namespaceId, row.Text(0), ids.RunOf(namespaceId, row.Text(1)));
        var rootRunId = row.Text(14);
        var isOwnRoot = rootRunId == StoredIds.OwnRoot;
        return new(run, new VisibilityRow
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
            ParentRunId = ids.RunOf(namespaceId, row.Text(12)),
            RootWorkflowId = isOwnRoot ? run.WorkflowId : row.Text(13),
            RootRunId = isOwnRoot ? run.RunId : ids.RunOf(namespaceId, rootRunId),
            SearchAttributes = row.IsNull(15) ? new SearchAttributes() : Parse(SearchAttributes.Parser, row.Blob(15)),
            Memo = row.IsNull(16) ? new Memo() : Parse(Memo.Parser, row.Blob(16)),
        });
    }

    // One row whose bytes are damaged must not keep the others from being listed: it is listed without them.
    private static T Parse<T>(MessageParser<T> parser, ReadOnlySpan<byte> encoded)
        where T : IMessage<T>, new()
    {
        try
        {
            return parser.ParseFrom(encoded);
        }
        catch (InvalidProtocolBufferException)
        {
            return new T();
        }
    }
}
