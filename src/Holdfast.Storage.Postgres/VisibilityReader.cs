using Holdfast.Engine;
using Npgsql;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Storage.Postgres;

/// <summary>Lists and counts.</summary>
internal static class VisibilityReader
{
    private const string Columns = """
        workflow_id, run_id, workflow_type, task_queue, status, start_time, execution_time, close_time,
        history_length, history_size_bytes, state_transition_count, parent_workflow_id, parent_run_id, root_workflow_id, root_run_id,
        search_attributes, memo
        """;

    public static async ValueTask<VisibilityPage> ListAsync(NpgsqlDataSource database, VisibilityQuery query, CancellationToken cancellation)
    {
        await using var select = database.CreateCommand();
        var filter = new FilterSql(select.Parameters);
        var place = "";
        if (query.After is { } after)
        {
            var close = filter.Parameter(after.CloseTime is { } closed ? StoredTime.From(closed) : StoredTime.Open);
            var start = filter.Parameter(StoredTime.From(after.StartTime));
            var run = filter.Parameter(StoredText.From(after.RunId));
            place = $"AND close_time <= {close} AND (close_time < {close} OR start_time < {start} OR (start_time = {start} AND run_id > {run}))";
        }

        // One row more than asked for tells whether there is a next page.
        var where = $"namespace_id = {filter.Parameter(StoredText.From(query.NamespaceId))} AND {filter.Where(query.Filter.Where)} {place}";
#pragma warning disable CA2100 // Every name and value of a caller is a parameter.
        select.CommandText = $"""
            SELECT {Columns} FROM visibility WHERE {where}
            ORDER BY close_time DESC, start_time DESC, run_id LIMIT {filter.Parameter(query.PageSize + 1L)}
            """;
#pragma warning restore CA2100
        var entries = new List<VisibilityEntry>();
        await using var rows = await select.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            if (entries.Count == query.PageSize)
                return new VisibilityPage(entries, VisibilityCursor.Of(entries[^1]));
            entries.Add(Entry(query.NamespaceId, rows));
        }

        return new VisibilityPage(entries, null);
    }

    public static async ValueTask<VisibilityCount> CountAsync(NpgsqlDataSource database, VisibilityQuery query, CancellationToken cancellation)
    {
        await using var select = database.CreateCommand();
        var filter = new FilterSql(select.Parameters);
        var byStatus = query.Filter.GroupByStatus;
        var where = $"namespace_id = {filter.Parameter(StoredText.From(query.NamespaceId))} AND {filter.Where(query.Filter.Where)}";
#pragma warning disable CA2100 // Every name and value of a caller is a parameter.
        select.CommandText = $"SELECT count(*){(byStatus ? ", status" : "")} FROM visibility WHERE {where} {(byStatus ? "GROUP BY status" : "")}";
#pragma warning restore CA2100
        var total = 0L;
        var counts = new Dictionary<WorkflowExecutionStatus, long>();
        await using var rows = await select.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            total += rows.GetInt64(0);
            if (byStatus)
                counts[(WorkflowExecutionStatus)rows.GetInt16(1)] = rows.GetInt64(0);
        }

        return new VisibilityCount(total, counts);
    }

    /// <summary>One run's row; null when it is not listed.</summary>
    public static async ValueTask<VisibilityRow?> FindAsync(
        Func<string, NpgsqlCommand> command, string namespaceId, long entityId, CancellationToken cancellation)
    {
        await using var select = command($"SELECT {Columns} FROM visibility WHERE entity_id = $1");
        select.Parameters.Add(new NpgsqlParameter<long> { TypedValue = entityId });
        await using var row = await select.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? Entry(namespaceId, row).Row : null;
    }

    private static VisibilityEntry Entry(string namespaceId, NpgsqlDataReader row) => new(
        new RunKey(namespaceId, Text(row, 0), Text(row, 1)),
        new VisibilityRow
        {
            WorkflowType = Text(row, 2),
            TaskQueue = Text(row, 3),
            Status = (WorkflowExecutionStatus)row.GetInt16(4),
            StartTime = StoredTime.ToUtc(row.GetInt64(5)),
            ExecutionTime = StoredTime.ToUtc(row.GetInt64(6)),
            CloseTime = row.GetInt64(7) == StoredTime.Open ? null : StoredTime.ToUtc(row.GetInt64(7)),
            HistoryLength = row.GetInt64(8),
            HistorySizeBytes = row.GetInt64(9),
            StateTransitionCount = row.GetInt64(10),
            ParentWorkflowId = Text(row, 11),
            ParentRunId = Text(row, 12),
            RootWorkflowId = Text(row, 13),
            RootRunId = Text(row, 14),
            SearchAttributes = row.IsDBNull(15) ? new SearchAttributes() : SearchAttributes.Parser.ParseFrom(row.GetFieldValue<byte[]>(15)),
            Memo = row.IsDBNull(16) ? new Memo() : Memo.Parser.ParseFrom(row.GetFieldValue<byte[]>(16)),
        });

    private static string Text(NpgsqlDataReader row, int column) => StoredText.ToText(row.GetString(column));
}
