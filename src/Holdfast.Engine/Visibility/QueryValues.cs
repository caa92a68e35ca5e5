using System.Globalization;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Visibility;

/// <summary>Turns a query's literals into values of the attribute that they are compared with.</summary>
internal static class QueryValues
{
    private const int NanosecondsPerTick = 100;

    public static AttributeValue OfNumber(SearchAttribute attribute, string literal)
    {
        var isWhole = long.TryParse(literal, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole);
        if (!double.TryParse(literal, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) || !double.IsFinite(real))
            throw InvalidQueryException.InvalidExpression($"unable to parse value \"{literal}\"");

        if (attribute.System == SystemAttribute.ExecutionStatus)
        {
            return isWhole && Enum.IsDefined((WorkflowExecutionStatus)whole) && whole == (int)whole
                ? AttributeValue.Of(whole)
                : throw InvalidQueryException.InvalidExpression($"invalid ExecutionStatus value {literal}");
        }

        return attribute.Type switch
        {
            IndexedValueType.Int or IndexedValueType.Double => isWhole ? AttributeValue.Of(whole) : AttributeValue.Of(real),
            IndexedValueType.Datetime when isWhole => AttributeValue.Of(whole / NanosecondsPerTick),
            _ => throw WrongType(attribute, literal, isWhole ? "int64" : "float64"),
        };
    }

    public static AttributeValue OfText(SearchAttribute attribute, string literal)
    {
        if (attribute.System == SystemAttribute.ExecutionStatus)
        {
            return Status(literal) is { } status
                ? AttributeValue.Of((long)status)
                : throw InvalidQueryException.InvalidExpression($"invalid ExecutionStatus value '{literal}'");
        }

        if (attribute.System == SystemAttribute.ExecutionDuration)
        {
            return DurationText.TryParse(literal, out var nanoseconds)
                ? AttributeValue.Of(nanoseconds)
                : throw InvalidQueryException.InvalidExpression($"invalid duration value for search attribute ExecutionDuration: {literal}");
        }

        switch (attribute.Type)
        {
            case IndexedValueType.Keyword or IndexedValueType.KeywordList:
                return AttributeValue.Of(literal);
            case IndexedValueType.Text:
                return Words.Of(literal).IsEmpty
                    ? throw InvalidQueryException.InvalidExpression($"no tokens found filtering on Text type search attribute {attribute.Name}")
                    : AttributeValue.Of(literal);
            case IndexedValueType.Datetime:
                return Rfc3339.TryParse(literal, out var time)
                    ? AttributeValue.Of(time)
                    : throw InvalidQueryException.InvalidExpression($"unable to parse datetime '{literal}'");
            default:
                throw WrongType(attribute, $"\"{literal}\"", "string");
        }
    }

    public static AttributeValue OfFlag(SearchAttribute attribute, bool flag) => attribute.Type == IndexedValueType.Bool
        ? AttributeValue.Of(flag)
        : throw WrongType(attribute, flag ? "true" : "false", "bool");

    private static WorkflowExecutionStatus? Status(string name)
    {
        // Both spellings of the protocol: Running and WORKFLOW_EXECUTION_STATUS_RUNNING.
        const string Prefix = "WORKFLOW_EXECUTION_STATUS_";
        var upper = name.StartsWith(Prefix, StringComparison.Ordinal);
        var plain = upper ? name[Prefix.Length..].Replace("_", "", StringComparison.Ordinal) : name;
        foreach (var status in Enum.GetValues<WorkflowExecutionStatus>())
        {
            if (plain.Equals(status.ToString(), upper ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal))
                return status;
        }

        return null;
    }

    private static InvalidQueryException WrongType(SearchAttribute attribute, string literal, string type) => InvalidQueryException.InvalidExpression(
        $"invalid value type for search attribute {attribute.Name} of type {attribute.Type}: {literal} (type: {type})");
}
