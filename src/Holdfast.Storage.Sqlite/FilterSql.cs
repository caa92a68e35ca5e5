using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Holdfast.Engine.Visibility;
using Microsoft.Data.Sqlite;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Storage.Sqlite;

/// <summary>
/// Turns a condition into SQL over the visibility table. Every name and value that a caller chose becomes a parameter; only our own
/// column names become text.
/// </summary>
internal sealed class FilterSql(int firstParameter)
{
    private const string CloseTime = "nullif(close_time, 9223372036854775807)";
    private const string HasWordFunction = "has_word";
    private const string FullRunIdFunction = "full_run_id";

    private readonly List<AttributeValue> parameters = [];

    /// <summary>The SQL of a condition, in parentheses where it needs them.</summary>
    public string Of(Condition condition) => condition switch
    {
        Condition.All all => Join(all.Terms, " AND "),
        Condition.Any any => Join(any.Terms, " OR "),
        Condition.Not not => $"(NOT {Of(not.Term)})",

        // That an open run has no close time is told to SQLite, which then finds the open ones in its index and leaves the closed ones alone.
        Condition.Compare { Attribute.System: SystemAttribute.ExecutionStatus, Comparison: Comparison.Equal, Value.Whole: (long)WorkflowExecutionStatus.Running } =>
            $"(status = {(int)WorkflowExecutionStatus.Running} AND close_time = {StoredTime.Open})",
        Condition.Compare compare => AnyValue(compare.Attribute, value => $"{value} {Operator(compare.Comparison)} {Parameter(compare.Value)}"),
        Condition.OneOf oneOf => AnyValue(oneOf.Attribute, value => $"{value} IN ({string.Join(", ", oneOf.Values.Select(Parameter))})"),
        Condition.StartsWith startsWith => AnyValue(startsWith.Attribute, value =>
        {
            var prefix = Parameter(AttributeValue.Of(startsWith.Prefix));
            return $"substr({value}, 1, length({prefix})) = {prefix}";
        }),
        Condition.HasWord hasWord => AnyValue(
            hasWord.Attribute, value => $"{HasWordFunction}({value}, {Parameter(AttributeValue.Of(string.Join(' ', hasWord.Sought)))})"),
        Condition.IsNull isNull => $"({Value(isNull.Attribute)} IS NULL)",
        _ => throw new UnreachableException(),
    };

    /// <summary>
    /// The SQL that keeps to a namespace, given as a parameter. Where the condition names one workflow id, the runs are found by that: the plus
    /// sign keeps SQLite from walking the list index instead, which it prefers for its order.
    /// </summary>
    public string Namespace(string parameter, Condition condition) => WorkflowId(condition) is { } workflowId
        ? $"+namespace_id = {parameter} AND entity_id IN (SELECT entity_id FROM entity WHERE business_id = {Parameter(workflowId)} AND namespace_id = {parameter})"
        : $"namespace_id = {parameter}";

    /// <summary>Binds the parameters of all that <see cref="Of"/> gave.</summary>
    public void Bind(Statement statement)
    {
        var position = firstParameter;
        foreach (var parameter in parameters)
        {
            if (parameter.Text is { } text)
                statement.Bind(position++, text);
            else if (parameter.Real is { } real)
                statement.Bind(position++, real);
            else
                statement.Bind(position++, parameter.Whole);
        }
    }

    /// <summary>Adds the functions that conditions need to a connection.</summary>
    public static void AddFunctions(SqliteConnection connection)
    {
        connection.CreateFunction<string?, string, bool?>(
            HasWordFunction, (text, sought) => text is null ? null : Words.Hold(text, [.. sought.Split(' ')]), isDeterministic: true);
        connection.CreateFunction<string, string>(FullRunIdFunction, ShortRunId.Full, isDeterministic: true);
    }

    private static AttributeValue? WorkflowId(Condition condition) => condition switch
    {
        Condition.Compare { Attribute.System: SystemAttribute.WorkflowId, Comparison: Comparison.Equal } compare => compare.Value,
        Condition.All all => all.Terms.Select(WorkflowId).FirstOrDefault(found => found is not null),
        _ => null,
    };

    private string Join(ImmutableArray<Condition> terms, string with) => $"({string.Join(with, terms.Select(Of))})";

    private string AnyValue(SearchAttribute attribute, Func<string, string> holds) => attribute.Type == IndexedValueType.KeywordList
        ? $"(SELECT max({holds("value")}) FROM json_each(attributes, {Path(attribute)}))"
        : $"({holds(Value(attribute))})";

    private string Parameter(AttributeValue value)
    {
        parameters.Add(value);
        return "?" + (firstParameter + parameters.Count - 1).ToString(CultureInfo.InvariantCulture);
    }

    private string Path(SearchAttribute attribute) => Parameter(AttributeValue.Of($"$.{JsonSerializer.Serialize(attribute.Name, StoredJson.Default.String)}"));

    private string Value(SearchAttribute attribute)
    {
        if (attribute.System is { } system)
            return Column(system);
        return attribute.Name == SearchAttribute.NamespaceDivision.Name ? "namespace_division" : $"json_extract(attributes, {Path(attribute)})";
    }

#pragma warning disable CS8524 // All values of our own enums have names.
    private static string Column(SystemAttribute system) => system switch
    {
        SystemAttribute.WorkflowId => "workflow_id",
        SystemAttribute.RunId => $"{FullRunIdFunction}(run_id)",
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
        SystemAttribute.ParentRunId => $"nullif({FullRunIdFunction}(parent_run_id), '')",
        SystemAttribute.RootWorkflowId => $"(CASE root_run_id WHEN '{StoredIds.OwnRoot}' THEN workflow_id ELSE nullif(root_workflow_id, '') END)",
        SystemAttribute.RootRunId => $"nullif({FullRunIdFunction}(CASE root_run_id WHEN '{StoredIds.OwnRoot}' THEN run_id ELSE root_run_id END), '')",
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
