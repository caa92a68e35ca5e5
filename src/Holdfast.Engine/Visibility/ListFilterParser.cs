using System.Collections.Immutable;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Visibility;

/// <summary>
/// Parses one query, by recursive descent: <c>or</c> of <c>and</c>s of <c>not</c>s of comparisons, then <c>GROUP BY</c>.
/// The texts of its refusals are those of Temporal's server.
/// </summary>
internal sealed class ListFilterParser(string query, NamespaceView ns)
{
    // The stack of the parser and of those who walk the tree, and what a SQL database accepts (SQLite: a depth of 1000).
    private const int MaxDepth = 100;
    private const int MaxConditions = 500;
    private const int MaxValues = 10_000;

    private readonly List<QueryToken> tokens = QueryTokens.Of(query);
    private int position;
    private int depth;
    private int conditions;
    private int values;
    private bool namesDivision;

    private QueryToken Current => tokens[position];

    public Answer<ListFilter> Parse()
    {
        try
        {
            return Filter();
        }
        catch (InvalidQueryException e)
        {
            return Refusal.InvalidArgument($"invalid query: {e.Message}");
        }
    }

    private ListFilter Filter()
    {
        Condition? where = Current.Kind == QueryTokenKind.End || AtClause() ? null : Or();
        var byStatus = GroupBy();
        if (Current.IsKeyword("order"))
            throw InvalidQueryException.NotSupported("'ORDER BY' clause");
        if (Current.IsKeyword("limit"))
            throw InvalidQueryException.NotSupported("'LIMIT' clause");
        if (Current.Kind != QueryTokenKind.End)
            throw InvalidQueryException.Syntax(Current);

        var all = ListFilter.All.Where;
        where = where is null ? all : namesDivision ? where : new Condition.All([where, all]);
        return new ListFilter(where) { GroupByStatus = byStatus };
    }

    private bool AtClause() => Current.IsKeyword("order") || Current.IsKeyword("group") || Current.IsKeyword("limit");

    private bool GroupBy()
    {
        if (!TryKeyword("group"))
            return false;

        Expect(TryKeyword("by"));
        var attribute = Attribute();
        if (TrySymbol(","))
            throw InvalidQueryException.NotSupported("'GROUP BY' clause supports only a single field");
        if (attribute.System != SystemAttribute.ExecutionStatus)
            throw InvalidQueryException.NotSupported($"'GROUP BY' clause is not supported for search attribute {attribute.Name}");
        return true;
    }

    private Condition Or()
    {
        var first = And();
        if (!AtOr())
            return first;

        var terms = ImmutableArray.CreateBuilder<Condition>();
        terms.Add(first);
        while (AtOr())
        {
            position++;
            terms.Add(And());
        }

        return new Condition.Any(terms.ToImmutable());

        bool AtOr() => Current.IsKeyword("or") || Current.IsSymbol("||");
    }

    private Condition And()
    {
        var first = Not();
        if (!AtAnd())
            return first;

        var terms = ImmutableArray.CreateBuilder<Condition>();
        terms.Add(first);
        while (AtAnd())
        {
            position++;
            terms.Add(Not());
        }

        return new Condition.All(terms.ToImmutable());

        bool AtAnd() => Current.IsKeyword("and") || Current.IsSymbol("&&");
    }

    private Condition Not()
    {
        if (++depth > MaxDepth)
            throw InvalidQueryException.InvalidExpression($"nested more than {MaxDepth} levels deep");

        Condition condition;
        if (TryKeyword("not") || TrySymbol("!"))
        {
            condition = new Condition.Not(Not());
        }
        else if (TrySymbol("("))
        {
            condition = Or();
            Expect(TrySymbol(")"));
        }
        else
        {
            condition = Comparison();
        }

        depth--;
        return condition;
    }

    private Condition Comparison()
    {
        if (++conditions > MaxConditions)
            throw InvalidQueryException.InvalidExpression($"more than {MaxConditions} conditions");

        var attribute = Attribute();
        if (TryKeyword("is"))
            return Is(attribute);

        var negated = TryKeyword("not");
        Condition condition;
        if (TryKeyword("between"))
            condition = Between(attribute);
        else if (TryKeyword("in"))
            condition = In(attribute, negated ? "not in" : "in");
        else if (TryKeyword("starts_with"))
            condition = StartsWith(attribute, negated ? "not starts_with" : "starts_with");
        else if (Current.IsKeyword("like") || Current.IsKeyword("regexp"))
            throw InvalidQueryException.Operator((negated ? "not " : "") + Lower(Current), attribute);
        else if (negated)
            throw InvalidQueryException.Syntax(Current);
        else
            return Compare(attribute);

        return negated ? new Condition.Not(condition) : condition;

        static string Lower(QueryToken token) => token.IsKeyword("like") ? "like" : "regexp";
    }

    private Condition Compare(SearchAttribute attribute)
    {
        if (Current.Kind == QueryTokenKind.End || Current.IsSymbol(")") || Current.IsKeyword("and") || Current.IsKeyword("or") || AtClause())
            throw InvalidQueryException.InvalidExpression("incomplete expression");

        var symbol = Current.Kind == QueryTokenKind.Symbol ? Current.Text : "";
        Comparison? comparison = symbol switch
        {
            "=" or "!=" or "<>" => Visibility.Comparison.Equal,
            "<" => Visibility.Comparison.Less,
            "<=" => Visibility.Comparison.LessOrEqual,
            ">" => Visibility.Comparison.Greater,
            ">=" => Visibility.Comparison.GreaterOrEqual,
            _ => null,
        };
        if (comparison is not { } known)
            throw InvalidQueryException.Syntax(Current);

        position++;
        var unequal = symbol is "!=" or "<>";
        var onlyEquality = attribute.Type is IndexedValueType.Bool or IndexedValueType.Text or IndexedValueType.KeywordList
            || attribute.System == SystemAttribute.ExecutionStatus;
        if (known != Visibility.Comparison.Equal && onlyEquality)
            throw InvalidQueryException.Operator(symbol, attribute);

        var value = Value(attribute);
        Condition condition = attribute.Type == IndexedValueType.Text
            ? new Condition.HasWord(attribute, Words.Of(value.Text!))
            : new Condition.Compare(attribute, known, value);
        return unequal ? new Condition.Not(condition) : condition;
    }

    private Condition Is(SearchAttribute attribute)
    {
        var negated = TryKeyword("not");
        if (!TryKeyword("null"))
            throw InvalidQueryException.InvalidExpression("'IS' operator can only be used as 'IS NULL' or 'IS NOT NULL'");
        var isNull = new Condition.IsNull(attribute);
        return negated ? new Condition.Not(isNull) : isNull;
    }

    private Condition Between(SearchAttribute attribute)
    {
        if (attribute.Type is not (IndexedValueType.Datetime or IndexedValueType.Double or IndexedValueType.Int or IndexedValueType.Keyword)
            || attribute.System == SystemAttribute.ExecutionStatus)
        {
            throw InvalidQueryException.InvalidExpression(
                $"cannot do range condition on search attribute '{attribute.Name}' of type {attribute.Type}");
        }

        var low = Value(attribute);
        Expect(TryKeyword("and"));
        var high = Value(attribute);
        return new Condition.All(
        [
            new Condition.Compare(attribute, Visibility.Comparison.GreaterOrEqual, low),
            new Condition.Compare(attribute, Visibility.Comparison.LessOrEqual, high),
        ]);
    }

    private Condition In(SearchAttribute attribute, string name)
    {
        if (attribute.Type is IndexedValueType.Text or IndexedValueType.Bool)
            throw InvalidQueryException.Operator(name, attribute);

        Expect(TrySymbol("("));
        var sought = ImmutableArray.CreateBuilder<AttributeValue>();
        do
        {
            sought.Add(Value(attribute));
        }
        while (TrySymbol(","));
        Expect(TrySymbol(")"));
        return new Condition.OneOf(attribute, sought.ToImmutable());
    }

    private Condition StartsWith(SearchAttribute attribute, string name)
    {
        if (attribute.Type != IndexedValueType.Keyword || attribute.System == SystemAttribute.ExecutionStatus)
            throw InvalidQueryException.Operator(name, attribute);
        if (Current.Kind != QueryTokenKind.Text)
            throw InvalidQueryException.InvalidExpression($"right-hand side of '{name}' must be a literal string (got: {Current.Text})");
        return new Condition.StartsWith(attribute, Value(attribute).Text!);
    }

    private SearchAttribute Attribute()
    {
        var token = Current;
        switch (token.Kind)
        {
            case QueryTokenKind.Word or QueryTokenKind.QuotedName:
                break;
            case QueryTokenKind.Text or QueryTokenKind.Number:
                throw InvalidQueryException.InvalidExpression($"must be a column name but was a value ('{token.Text}')");
            default:
                throw InvalidQueryException.Syntax(token);
        }

        position++;
        if (token.Kind == QueryTokenKind.Word && Current.IsSymbol("("))
            throw InvalidQueryException.NotSupported("function expression");
        var attribute = KnownSearchAttributes.Find(token.Text, ns)
            ?? throw InvalidQueryException.InvalidExpression($"column name '{token.Text}' is not a valid search attribute");
        namesDivision |= attribute.Name == SearchAttribute.NamespaceDivision.Name;
        return attribute;
    }

    private AttributeValue Value(SearchAttribute attribute)
    {
        if (++values > MaxValues)
            throw InvalidQueryException.InvalidExpression($"more than {MaxValues} values");

        var negative = TrySymbol("-");
        if (!negative)
            TrySymbol("+");
        var token = Current;
        position++;
        switch (token.Kind)
        {
            case QueryTokenKind.Number:
                return QueryValues.OfNumber(attribute, negative ? "-" + token.Text : token.Text);
            case QueryTokenKind.Text when !negative:
                return QueryValues.OfText(attribute, token.Text);
            case QueryTokenKind.Word when token.IsKeyword("true") || token.IsKeyword("false"):
                return QueryValues.OfFlag(attribute, token.IsKeyword("true"));
            case QueryTokenKind.Word when token.IsKeyword("null") || token.IsKeyword("and") || token.IsKeyword("or"):
                throw InvalidQueryException.Syntax(token);
            case QueryTokenKind.Word when Current.IsSymbol("("):
                throw InvalidQueryException.NotSupported("nested func");
            case QueryTokenKind.Word or QueryTokenKind.QuotedName:
                throw InvalidQueryException.NotSupported(
                    $"column name on the right side of comparison expression (did you forget to quote \"{token.Text}\"?)");
            default:
                throw InvalidQueryException.Syntax(token);
        }
    }

    private bool TryKeyword(string keyword)
    {
        if (!Current.IsKeyword(keyword))
            return false;
        position++;
        return true;
    }

    private bool TrySymbol(string symbol)
    {
        if (!Current.IsSymbol(symbol))
            return false;
        position++;
        return true;
    }

    private void Expect(bool found)
    {
        if (!found)
            throw InvalidQueryException.Syntax(Current);
    }
}
