using System.Buffers;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Holdfast.Engine;
using Holdfast.Engine.Visibility;
using Npgsql;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using static Holdfast.Storage.Postgres.Transaction;

namespace Holdfast.Storage.Postgres;

/// <summary>Writes visibility rows, as part of a transaction.</summary>
internal static class VisibilityWriter
{
    private const string Sql = """
        INSERT INTO visibility (
            entity_id, namespace_id, workflow_id, run_id, workflow_type, task_queue, status, start_time, execution_time, close_time,
            history_length, history_size_bytes, state_transition_count, parent_workflow_id, parent_run_id, root_workflow_id, root_run_id,
            namespace_division, attributes, words, search_attributes, memo)
        SELECT
            entity_id, namespace_id, workflow_id, run_id, workflow_type, task_queue, status, start_time, execution_time, close_time,
            history_length, history_size_bytes, state_transition_count, parent_workflow_id, parent_run_id, root_workflow_id, root_run_id,
            namespace_division, attributes::jsonb, words::jsonb, search_attributes, memo
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22) AS n (
            entity_id, namespace_id, workflow_id, run_id, workflow_type, task_queue, status, start_time, execution_time, close_time,
            history_length, history_size_bytes, state_transition_count, parent_workflow_id, parent_run_id, root_workflow_id, root_run_id,
            namespace_division, attributes, words, search_attributes, memo)
        ON CONFLICT (entity_id) DO UPDATE SET
            workflow_type = excluded.workflow_type, task_queue = excluded.task_queue, status = excluded.status,
            start_time = excluded.start_time, execution_time = excluded.execution_time, close_time = excluded.close_time,
            history_length = excluded.history_length, history_size_bytes = excluded.history_size_bytes,
            state_transition_count = excluded.state_transition_count,
            parent_workflow_id = excluded.parent_workflow_id, parent_run_id = excluded.parent_run_id,
            root_workflow_id = excluded.root_workflow_id, root_run_id = excluded.root_run_id,
            namespace_division = excluded.namespace_division, attributes = excluded.attributes, words = excluded.words,
            search_attributes = excluded.search_attributes, memo = excluded.memo
        """;

    public static NpgsqlBatchCommand Upsert(IReadOnlyList<(long EntityId, RunKey Run, VisibilityRow Row)> listed)
    {
        var command = new NpgsqlBatchCommand(Sql);
        NpgsqlParameter[] columns =
        [
            Array(listed.Select(entry => entry.EntityId)),
            Text(entry => entry.Run.NamespaceId),
            Text(entry => entry.Run.WorkflowId),
            Text(entry => entry.Run.RunId),
            Text(entry => entry.Row.WorkflowType),
            Text(entry => entry.Row.TaskQueue),
            Array(listed.Select(entry => (short)entry.Row.Status)),
            Array(listed.Select(entry => StoredTime.From(entry.Row.StartTime))),
            Array(listed.Select(entry => StoredTime.From(entry.Row.ExecutionTime))),
            Array(listed.Select(entry => entry.Row.CloseTime is { } closed ? StoredTime.From(closed) : StoredTime.Open)),
            Array(listed.Select(entry => entry.Row.HistoryLength)),
            Array(listed.Select(entry => entry.Row.HistorySizeBytes)),
            Array(listed.Select(entry => entry.Row.StateTransitionCount)),
            Text(entry => entry.Row.ParentWorkflowId),
            Text(entry => entry.Row.ParentRunId),
            Text(entry => entry.Row.RootWorkflowId),
            Text(entry => entry.Row.RootRunId),
            Array(listed.Select(entry => Division(entry.Row.SearchAttributes))),
            Array(listed.Select(entry => Attributes(entry.Row.SearchAttributes))),
            Array(listed.Select(entry => TextWords(entry.Row.SearchAttributes))),
            Array(listed.Select(entry => entry.Row.SearchAttributes.IndexedFields.Count == 0 ? null : entry.Row.SearchAttributes.ToByteArray())),
            Array(listed.Select(entry => entry.Row.Memo.Fields.Count == 0 ? null : entry.Row.Memo.ToByteArray())),
        ];
        command.Parameters.AddRange(columns);
        return command;

        NpgsqlParameter Text(Func<(long EntityId, RunKey Run, VisibilityRow Row), string> column) =>
            Array(listed.Select(entry => StoredText.From(column(entry))));
    }

    private static string? Division(SearchAttributes attributes) =>
        attributes.IndexedFields.TryGetValue(SearchAttribute.NamespaceDivision.Name, out var payload) && IndexedPayload.Read(payload) is [{ Text: { } text }]
            ? StoredText.From(text)
            : null;

    private static string? Attributes(SearchAttributes attributes)
    {
        return Json(attributes, static (json, payload) =>
        {
            var values = IndexedPayload.Read(payload);
            if (values.IsEmpty)
                return false;

            if (!IsOf(payload, IndexedValueType.KeywordList))
            {
                Write(json, values[0]);
                return true;
            }

            json.WriteStartArray();
            foreach (var value in values)
                Write(json, value);
            json.WriteEndArray();
            return true;
        });
    }

    // Words are cut here, by the rule that all stores share, and not by PostgreSQL's own.
    private static string? TextWords(SearchAttributes attributes)
    {
        return Json(attributes, static (json, payload) =>
        {
            if (!IsOf(payload, IndexedValueType.Text) || IndexedPayload.Read(payload) is not [{ Text: { } text }])
                return false;

            json.WriteStartArray();
            foreach (var word in Words.Of(text).Distinct())
                json.WriteStringValue(word);
            json.WriteEndArray();
            return true;
        });
    }

    /// <summary>An object with a property for each attribute that <paramref name="write"/> has something to say of; null when there is none.</summary>
    private static string? Json(SearchAttributes attributes, Func<Utf8JsonWriter, Payload, bool> write)
    {
        if (attributes.IndexedFields.Count == 0)
            return null;

        var text = new ArrayBufferWriter<byte>();
        var value = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(text);
        var any = false;
        json.WriteStartObject();
        foreach (var (name, payload) in attributes.IndexedFields)
        {
            value.ResetWrittenCount();
            using var valueJson = new Utf8JsonWriter(value);
            if (!write(valueJson, payload))
                continue;
            valueJson.Flush();
            json.WritePropertyName(StoredText.From(name));
            json.WriteRawValue(value.WrittenSpan);
            any = true;
        }

        json.WriteEndObject();
        json.Flush();
        return any ? Encoding.UTF8.GetString(text.WrittenSpan) : null;
    }

    private static bool IsOf(Payload payload, IndexedValueType type) =>
        payload.Metadata.TryGetValue(IndexedPayload.TypeKey, out var stated)
        && Enum.TryParse<IndexedValueType>(stated.ToStringUtf8(), out var valueType) && valueType == type;

    private static void Write(Utf8JsonWriter json, AttributeValue value)
    {
        if (value.Text is { } text)
            json.WriteStringValue(StoredText.From(text));
        else if (value.Real is { } real)
            json.WriteNumberValue(real);
        else
            json.WriteNumberValue(value.Whole);
    }
}
