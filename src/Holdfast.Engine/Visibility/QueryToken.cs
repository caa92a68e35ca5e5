namespace Holdfast.Engine.Visibility;

/// <summary>A piece of a query's text. <paramref name="Text"/> is unquoted; <paramref name="Position"/> counts characters from 1.</summary>
internal readonly record struct QueryToken(QueryTokenKind Kind, string Text, int Position)
{
    public bool IsKeyword(string keyword) => Kind == QueryTokenKind.Word && Text.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    public bool IsSymbol(string symbol) => Kind == QueryTokenKind.Symbol && Text == symbol;
}
