namespace Holdfast.Engine.Visibility;

/// <summary>Leaves the depths of the parser, which turns it into a refusal: a query's first mistake ends its parsing wherever that is.</summary>
internal sealed class InvalidQueryException(string message) : Exception(message)
{
    public static InvalidQueryException InvalidExpression(string problem) => new($"invalid expression: {problem}");

    public static InvalidQueryException NotSupported(string what) => new($"operation is not supported: {what}");

    public static InvalidQueryException Syntax(QueryToken token) => new(token.Kind == QueryTokenKind.End
        ? $"malformed SQL query: syntax error at position {token.Position}"
        : $"malformed SQL query: syntax error at position {token.Position} near '{token.Text}'");

    public static InvalidQueryException Operator(string @operator, SearchAttribute attribute) =>
        InvalidExpression($"operator '{@operator}' not supported for {attribute.Type} type search attribute '{attribute.Name}'");
}
