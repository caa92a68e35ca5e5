using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Engine.Visibility;
using Npgsql;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Storage.Postgres;

/// <summary>
/// Turns a condition into SQL over the visibility table. Every name and value that a caller chose becomes a parameter; only our own
/// column names become text.
/// </summary>
internal sealed class FilterSql
{
    private const string CloseTime = "nullif(close_time, 9223372036854775807)";

    private readonly NpgsqlParameterCollection parameters;

    public FilterSql(NpgsqlParameterCollection parameters) => this.parameters = parameters;

    /// <summary>The SQL of a whole filter's condition.</summary>
    public string Where(Condition condition)
    {
        var required = Required(condition).ToList();
        return required.Count == 0 ? Of(condition) : $"{string.Join(" AND ", required)} AND {Of(condition)}";
    }

    /// <summary>Adds a parameter and gives its place in the SQL.</summary>
    public string Parameter<T>(T value)
    {
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return "$" + parameters.Count.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// What a condition requires of every run that it can hold for, said once more in the form that an index finds. The condition itself stays:
    /// containment knows two truth values, where a condition has three.
    /// </summary>
    private IEnumerable<string> Required(Condition condition) => condition switch
    {
        Condition.All all => all.Terms.Take(8).SelectMany(Required),
        Condition.Compare { Attribute.System: null, Comparison: Comparison.Equal, Value.Text: { } text } compare
            when compare.Attribute.Type is IndexedValueType.Keyword or IndexedValueType.KeywordList
                && compare.Attribute.Name != SearchAttribute.NamespaceDivision.Name =>
            [$"attributes @> {Parameter(Object(compare.Attribute, text))}::jsonb"],
        _ => [],
    };

    private static string Object(SearchAttribute attribute, string text)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WritePropertyName(StoredText.From(attribute.Name));
            if (attribute.Type == IndexedValueType.KeywordList)
                json.WriteStartArray();
            json.WriteStringValue(StoredText.From(text));
            if (attribute.Type == IndexedValueType.KeywordList)
                json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private string Of(Condition condition) => condition switch
    {
        Condition.All all => Join(all.Terms, " AND "),
        Condition.Any any => Join(any.Terms, " OR "),
        Condition.Not not => $"(NOT {Of(not.Term)})",

        // That an open run has no close time is told to PostgreSQL, which then finds the open ones in its index and leaves the closed ones alone.
        Condition.Compare { Attribute.System: SystemAttribute.ExecutionStatus, Comparison: Comparison.Equal, Value.Whole: (long)WorkflowExecutionStatus.Running } =>
            $"(status = {(int)WorkflowExecutionStatus.Running} AND close_time = {StoredTime.Open})",
        Condition.Compare compare => AnyValue(
            compare.Attribute, compare.Value, value => $"{value} {Operator(compare.Comparison)} {Value(compare.Value)}"),
        Condition.OneOf oneOf => AnyValue(oneOf.Attribute, oneOf.Values[0], value => $"{value} = ANY ({Values(oneOf.Values)})"),
        Condition.StartsWith startsWith => AnyValue(
            startsWith.Attribute, AttributeValue.Of(startsWith.Prefix), value => $"starts_with({value}, {Parameter(StoredText.From(startsWith.Prefix))})"),
        Condition.HasWord hasWord => $"(words -> {Name(hasWord.Attribute)} ?| {Parameter<string[]>([.. hasWord.Sought])})",
        Condition.IsNull { Attribute.System: { } system } => $"({Column(system)} IS NULL)",
        Condition.IsNull isNull => isNull.Attribute.Name == SearchAttribute.NamespaceDivision.Name
            ? "(namespace_division IS NULL)"
            : $"(attributes -> {Name(isNull.Attribute)} IS NULL)",
        _ => throw new UnreachableException(),
    };

    private string Join(ImmutableArray<Condition> terms, string with) => $"({string.Join(with, terms.Select(Of))})";

    private string AnyValue(SearchAttribute attribute, AttributeValue like, Func<string, string> holds)
    {
        if (attribute.System is { } system)
            return $"({holds(Column(system))})";
        if (attribute.Name == SearchAttribute.NamespaceDivision.Name)
            return $"({holds("namespace_division")})";

        var name = Name(attribute);
        if (attribute.Type == IndexedValueType.KeywordList)
        {
            return $"""
                (SELECT bool_or({holds("""value COLLATE "C" """)}) FROM jsonb_array_elements_text(
                    CASE jsonb_typeof(attributes -> {name}) WHEN 'array' THEN attributes -> {name} ELSE jsonb_build_array(attributes -> {name}) END) AS value)
                """;
        }

        if (like.Text is not null)
            return $"({holds($"""(attributes ->> {name}) COLLATE "C" """)})";

        // A value that an attribute got when it was of another type is none.
        var number = $"(CASE jsonb_typeof(attributes -> {name}) WHEN 'number' THEN (attributes -> {name})::numeric END)";
        return $"({holds(like.Real is null ? number : number + "::double precision")})";
    }

    private string Name(SearchAttribute attribute) => Parameter(StoredText.From(attribute.Name));

    private string Value(AttributeValue value) =>
        value.Text is { } text ? Parameter(StoredText.From(text)) : value.Real is { } real ? Parameter(real) : Parameter(value.Whole);

    private string Values(ImmutableArray<AttributeValue> values)
    {
        if (values.All(value => value.Text is not null))
            return Parameter(values.Select(value => StoredText.From(value.Text!)).ToArray());
        if (values.Any(value => value.Real is not null))
            return Parameter(values.Select(value => value.Real ?? value.Whole).ToArray());
        return Parameter(values.Select(value => value.Whole).ToArray()) + "::numeric[]";
    }

#pragma warning disable CS8524 // All values of our own enums have names.
    private static string Column(SystemAttribute system) => system switch
    {
        SystemAttribute.WorkflowId => "workflow_id",
        SystemAttribute.RunId => "run_id",
        SystemAttribute.WorkflowType => "workflow_type",
        SystemAttribute.TaskQueue => "task_queue",
        SystemAttribute.ExecutionStatus => "status",
        SystemAttribute.StartTime => "start_time",
        SystemAttribute.ExecutionTime => "execution_time",
        SystemAttribute.CloseTime => CloseTime,
        SystemAttribute.ExecutionDuration => $"(({CloseTime} - execution_time) * 100)",
        SystemAttribute.HistoryLength => "history_length",
        SystemAttribute.HistorySizeBytes => "history_size_bytes",
        SystemAttribute.StateTransitionCount => "state_transition_count",
        SystemAttribute.ParentWorkflowId => "nullif(parent_workflow_id, '')",
        SystemAttribute.ParentRunId => "nullif(parent_run_id, '')",
        SystemAttribute.RootWorkflowId => "nullif(root_workflow_id, '')",
        SystemAttribute.RootRunId => "nullif(root_run_id, '')",
    };

    private static string Operator(Comparison comparison) => comparison switch
    {
        Comparison.Equal => "=",
        Comparison.Less => "<",
        Comparison.LessOrEqual => "<=",
        Comparison.Greater => ">",
        Comparison.GreaterOrEqual => ">=",
    };
#pragma warning restore CS8524
}
