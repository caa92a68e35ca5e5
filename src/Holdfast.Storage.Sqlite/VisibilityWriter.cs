using System.Buffers;
using System.Text.Json;
using Google.Protobuf;
using Holdfast.Engine;
using Holdfast.Engine.Visibility;
using Microsoft.Data.Sqlite;
using Temporalio.Api.Common.V1;

namespace Holdfast.Storage.Sqlite;

/// <summary>Writes visibility rows, as part of the transaction that <see cref="CommitWriter"/> runs.</summary>
internal sealed class VisibilityWriter : IDisposable
{
    private readonly Statement upsert;
    private readonly StoredIds ids;
    private readonly ArrayBufferWriter<byte> attributesText = new();

    public VisibilityWriter(SqliteConnection connection, StoredIds ids)
    {
        this.ids = ids;
        upsert = new Statement(connection, """
            INSERT INTO visibility (
                entity_id, namespace_id, workflow_id, run_id, workflow_type, task_queue, status, start_time, execution_time, close_time,
                history_length, history_size_bytes, state_transition_count, parent_workflow_id, parent_run_id, root_workflow_id, root_run_id,
                attributes, search_attributes, memo, namespace_division)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
            ON CONFLICT (entity_id) DO UPDATE SET
                workflow_type = excluded.workflow_type, task_queue = excluded.task_queue, status = excluded.status,
                start_time = excluded.start_time, execution_time = excluded.execution_time, close_time = excluded.close_time,
                history_length = excluded.history_length, history_size_bytes = excluded.history_size_bytes,
                state_transition_count = excluded.state_transition_count,
                parent_workflow_id = excluded.parent_workflow_id, parent_run_id = excluded.parent_run_id,
                root_workflow_id = excluded.root_workflow_id, root_run_id = excluded.root_run_id,
                attributes = excluded.attributes, search_attributes = excluded.search_attributes, memo = excluded.memo,
                namespace_division = excluded.namespace_division
        """);
    }

    public void Write(long entityId, RunKey run, VisibilityRow row)
    {
        var isOwnRoot = ids.AreShort(run.NamespaceId) && row.RootWorkflowId == run.WorkflowId && row.RootRunId == run.RunId;
        upsert.Bind(1, entityId).Bind(2, ids.Namespace(run.NamespaceId)).Bind(3, run.WorkflowId).Bind(4, ids.Run(run.NamespaceId, run.RunId))
            .Bind(5, row.WorkflowType).Bind(6, row.TaskQueue).Bind(7, (long)row.Status)
            .Bind(8, StoredTime.From(row.StartTime)).Bind(9, StoredTime.From(row.ExecutionTime))
            .Bind(10, row.CloseTime is { } closed ? StoredTime.From(closed) : StoredTime.Open)
            .Bind(11, row.HistoryLength).Bind(12, row.HistorySizeBytes).Bind(13, row.StateTransitionCount)
            .Bind(14, row.ParentWorkflowId).Bind(15, ids.Run(run.NamespaceId, row.ParentRunId))
            .Bind(16, isOwnRoot ? "" : row.RootWorkflowId).Bind(17, isOwnRoot ? StoredIds.OwnRoot : ids.Run(run.NamespaceId, row.RootRunId));
        if (row.SearchAttributes.IndexedFields.Count == 0)
            upsert.BindNull(18).BindNull(19);
        else
            upsert.BindText(18, Attributes(row.SearchAttributes)).Bind(19, row.SearchAttributes.ToByteArray().AsSpan());
        if (row.Memo.Fields.Count == 0)
            upsert.BindNull(20);
        else
            upsert.Bind(20, row.Memo.ToByteArray().AsSpan());
        if (Division(row.SearchAttributes) is { } division)
            upsert.Bind(21, division);
        else
            upsert.BindNull(21);
        upsert.Execute();
    }

    public void Dispose() => upsert.Dispose();

    private static string? Division(SearchAttributes attributes) =>
        attributes.IndexedFields.TryGetValue(SearchAttribute.NamespaceDivision.Name, out var payload) && IndexedPayload.Read(payload) is [{ Text: { } text }]
            ? text
            : null;

    private ReadOnlySpan<byte> Attributes(SearchAttributes attributes)
    {
        attributesText.ResetWrittenCount();
        using var json = new Utf8JsonWriter(attributesText);
        json.WriteStartObject();
        foreach (var (name, payload) in attributes.IndexedFields)
        {
            var values = IndexedPayload.Read(payload);
            if (values.IsEmpty)
                continue;

            // One element of a list reads like a plain value, so a list of one may look like either; filters ask with json_each.
            json.WritePropertyName(name);
            if (values.Length > 1)
                json.WriteStartArray();
            foreach (var value in values)
                Write(json, value);
            if (values.Length > 1)
                json.WriteEndArray();
        }

        json.WriteEndObject();
        json.Flush();
        return attributesText.WrittenSpan;
    }

    private static void Write(Utf8JsonWriter json, AttributeValue value)
    {
        if (value.Text is { } text)
            json.WriteStringValue(text);
        else if (value.Real is { } real)
            json.WriteNumberValue(real);
        else
            json.WriteNumberValue(value.Whole);
    }
}
