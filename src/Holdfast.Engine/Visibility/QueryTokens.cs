using System.Text;

namespace Holdfast.Engine.Visibility;

/// <summary>Cuts a query into tokens. Quotes and escapes are those of MySQL's SQL, which the protocol's filter language descends from.</summary>
internal static class QueryTokens
{
    private static readonly string[] Symbols = ["<=>", "<=", ">=", "!=", "<>", "&&", "||", "=", "<", ">", "!", "(", ")", ",", "+", "-", "*", "/", "%"];

    public static List<QueryToken> Of(string query)
    {
        var tokens = new List<QueryToken>();
        var at = 0;
        while (true)
        {
            while (at < query.Length && char.IsWhiteSpace(query[at]))
                at++;
            var token = Next(query, ref at);
            tokens.Add(token);
            if (token.Kind is QueryTokenKind.End or QueryTokenKind.Unknown)
                return tokens;
        }
    }

    private static QueryToken Next(string query, ref int at)
    {
        var start = at;
        var position = start + 1;
        if (start == query.Length)
            return new QueryToken(QueryTokenKind.End, "", position);

        var first = query[start];
        if (first is '\'' or '"' or '`')
        {
            return Quoted(query, ref at) is { } text
                ? new QueryToken(first == '`' ? QueryTokenKind.QuotedName : QueryTokenKind.Text, text, position)
                : new QueryToken(QueryTokenKind.Unknown, query[start..], position);
        }

        if (char.IsAsciiDigit(first) || (first == '.' && start + 1 < query.Length && char.IsAsciiDigit(query[start + 1])))
        {
            at = EndOfNumber(query, start);
            return new QueryToken(QueryTokenKind.Number, query[start..at], position);
        }

        if (char.IsLetter(first) || first == '_')
        {
            while (at < query.Length && (char.IsLetterOrDigit(query[at]) || query[at] is '_' or '.' or '@' or '$'))
                at++;
            return new QueryToken(QueryTokenKind.Word, query[start..at], position);
        }

        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(query, start, symbol, 0, symbol.Length) == 0)
            {
                at += symbol.Length;
                return new QueryToken(QueryTokenKind.Symbol, symbol, position);
            }
        }

        return new QueryToken(QueryTokenKind.Unknown, query[start..], position);
    }

    /// <summary>The text between quotes, or null when nothing closes it.</summary>
    private static string? Quoted(string query, ref int at)
    {
        var quote = query[at++];
        var text = new StringBuilder();
        while (at < query.Length)
        {
            var next = query[at++];
            if (next == quote)
            {
                if (at == query.Length || query[at] != quote)
                    return text.ToString();
                at++;
            }
            else if (next == '\\' && quote != '`' && at < query.Length)
            {
                next = Unescaped(query[at++]);
            }

            text.Append(next);
        }

        return null;
    }

    private static char Unescaped(char escaped) => escaped switch
    {
        '0' => '\0',
        'b' => '\b',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'Z' => '\x1A',
        _ => escaped,
    };

    private static int EndOfNumber(string query, int at)
    {
        while (at < query.Length && (char.IsAsciiDigit(query[at]) || query[at] == '.'))
            at++;
        if (at < query.Length && query[at] is 'e' or 'E')
        {
            var exponent = at + 1;
            if (exponent < query.Length && query[exponent] is '+' or '-')
                exponent++;
            if (exponent < query.Length && char.IsAsciiDigit(query[exponent]))
            {
                at = exponent;
                while (at < query.Length && char.IsAsciiDigit(query[at]))
                    at++;
            }
        }

        return at;
    }
}
