using System.Collections.Immutable;
using Holdfast.Engine.Visibility;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Tests.Visibility;

/// <summary>What the filter language accepts, and what it says to what it does not. What filters find is in the storage contract.</summary>
public sealed class ListFilterTests
{
    private static readonly NamespaceView Shop = new("id", "shop")
    {
        SearchAttributes = new Dictionary<string, IndexedValueType>
        {
            ["Customer"] = IndexedValueType.Keyword,
            ["Tags"] = IndexedValueType.KeywordList,
            ["Note"] = IndexedValueType.Text,
            ["Amount"] = IndexedValueType.Int,
            ["Weight"] = IndexedValueType.Double,
            ["Urgent"] = IndexedValueType.Bool,
            ["Due"] = IndexedValueType.Datetime,
            ["odd name-1"] = IndexedValueType.Keyword,
            ["dotted.name"] = IndexedValueType.Keyword,
        }.ToImmutableDictionary(),
    };

    [Theory]
    [InlineData("Frobnicate = 'x'", "invalid expression: column name 'Frobnicate' is not a valid search attribute")]
    [InlineData("customer = 'x'", "invalid expression: column name 'customer' is not a valid search attribute")]
    [InlineData("Customer = 5", "invalid expression: invalid value type for search attribute Customer of type Keyword: 5 (type: int64)")]
    [InlineData("Customer = true", "invalid expression: invalid value type for search attribute Customer of type Keyword: true (type: bool)")]
    [InlineData("Amount = 'x'", "invalid expression: invalid value type for search attribute Amount of type Int: \"x\" (type: string)")]
    [InlineData("Urgent = 1", "invalid expression: invalid value type for search attribute Urgent of type Bool: 1 (type: int64)")]
    [InlineData("Due = 1.5", "invalid expression: invalid value type for search attribute Due of type Datetime: 1.5 (type: float64)")]
    [InlineData("Amount = 1.2.3", "invalid expression: unable to parse value \"1.2.3\"")]
    [InlineData("StartTime > 'yesterday'", "invalid expression: unable to parse datetime 'yesterday'")]
    [InlineData("StartTime > '2026-01-01T00:00:00'", "invalid expression: unable to parse datetime '2026-01-01T00:00:00'")]
    [InlineData("StartTime > '2026-13-01T00:00:00Z'", "invalid expression: unable to parse datetime '2026-13-01T00:00:00Z'")]
    [InlineData("ExecutionStatus = 'Sleeping'", "invalid expression: invalid ExecutionStatus value 'Sleeping'")]
    [InlineData("ExecutionStatus = 99", "invalid expression: invalid ExecutionStatus value 99")]
    [InlineData("ExecutionStatus > 1", "invalid expression: operator '>' not supported for Keyword type search attribute 'ExecutionStatus'")]
    [InlineData("ExecutionDuration > '5 parsecs'", "invalid expression: invalid duration value for search attribute ExecutionDuration: 5 parsecs")]
    [InlineData("Customer LIKE 'x%'", "invalid expression: operator 'like' not supported for Keyword type search attribute 'Customer'")]
    [InlineData("Tags > 'a'", "invalid expression: operator '>' not supported for KeywordList type search attribute 'Tags'")]
    [InlineData("Tags STARTS_WITH 'a'", "invalid expression: operator 'starts_with' not supported for KeywordList type search attribute 'Tags'")]
    [InlineData("Amount NOT STARTS_WITH 'a'", "invalid expression: operator 'not starts_with' not supported for Int type search attribute 'Amount'")]
    [InlineData("Customer STARTS_WITH 5", "invalid expression: right-hand side of 'starts_with' must be a literal string (got: 5)")]
    [InlineData("Note < 'a'", "invalid expression: operator '<' not supported for Text type search attribute 'Note'")]
    [InlineData("Note IN ('a')", "invalid expression: operator 'in' not supported for Text type search attribute 'Note'")]
    [InlineData("Note = ' ! '", "invalid expression: no tokens found filtering on Text type search attribute Note")]
    [InlineData("Urgent BETWEEN true AND false", "invalid expression: cannot do range condition on search attribute 'Urgent' of type Bool")]
    [InlineData("Tags BETWEEN 'a' AND 'b'", "invalid expression: cannot do range condition on search attribute 'Tags' of type KeywordList")]
    [InlineData("Customer = Amount", "operation is not supported: column name on the right side of comparison expression (did you forget to quote \"Amount\"?)")]
    [InlineData("Customer = foo('x')", "operation is not supported: nested func")]
    [InlineData("foo(Customer) = 'x'", "operation is not supported: function expression")]
    [InlineData("'x' = Customer", "invalid expression: must be a column name but was a value ('x')")]
    [InlineData("Customer", "invalid expression: incomplete expression")]
    [InlineData("Customer AND Amount = 1", "invalid expression: incomplete expression")]
    [InlineData("Customer IS 'x'", "invalid expression: 'IS' operator can only be used as 'IS NULL' or 'IS NOT NULL'")]
    [InlineData("Customer = 'x' ORDER BY StartTime", "operation is not supported: 'ORDER BY' clause")]
    [InlineData("order by StartTime", "operation is not supported: 'ORDER BY' clause")]
    [InlineData("Customer = 'x' LIMIT 5", "operation is not supported: 'LIMIT' clause")]
    [InlineData("GROUP BY Customer", "operation is not supported: 'GROUP BY' clause is not supported for search attribute Customer")]
    [InlineData("GROUP BY ExecutionStatus, Customer", "operation is not supported: 'GROUP BY' clause supports only a single field")]
    [InlineData("Customer = 'x", "malformed SQL query: syntax error at position 12 near ''x'")]
    [InlineData("Customer = ", "malformed SQL query: syntax error at position 12")]
    [InlineData("Customer == 'x'", "malformed SQL query: syntax error at position 11 near '='")]
    [InlineData("Customer = 'x' 'y'", "malformed SQL query: syntax error at position 16 near 'y'")]
    [InlineData("(Customer = 'x'", "malformed SQL query: syntax error at position 16")]
    [InlineData("Customer = 'x')", "malformed SQL query: syntax error at position 15 near ')'")]
    [InlineData("Customer IN ()", "malformed SQL query: syntax error at position 14 near ')'")]
    [InlineData("Customer = NULL", "malformed SQL query: syntax error at position 12 near 'NULL'")]
    [InlineData("Customer NOT 'x'", "malformed SQL query: syntax error at position 14 near 'x'")]
    [InlineData("Customer = 'x'; DROP TABLE journal", "malformed SQL query: syntax error at position 15 near '; DROP TABLE journal'")]
    [InlineData("AND", "invalid expression: column name 'AND' is not a valid search attribute")]
    public void Mistakes_are_refused(string query, string problem)
    {
        var refusal = ListFilter.ForCount(query, Shop).Refusal;
        Assert.Equal("invalid query: " + problem, refusal?.Message);
        Assert.Equal(RefusalCode.InvalidArgument, refusal!.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("Customer = 'x' AND NOT (Amount > 5 OR Weight <= -1.5e3)")]
    [InlineData("`odd name-1` = 'x' and dotted.name = \"y\"")]
    [InlineData("ScheduledById = 'daily'")]
    [InlineData("TemporalScheduledById IS NOT NULL")]
    [InlineData("Due BETWEEN '2026-01-01T00:00:00.123456789+01:00' AND 1767225600000000000")]
    [InlineData("Amount NOT BETWEEN -5 AND +5 && Urgent != TRUE || Customer NOT IN ('a', 'b')")]
    public void Valid_queries_are_accepted(string query) => Assert.Null(ListFilter.ForList(query, Shop).Refusal);

    [Fact]
    public void And_binds_closer_than_or_and_not_closer_than_and()
    {
        var where = Assert.IsType<Condition.All>(ListFilter.ForList("NOT Amount = 1 AND Amount = 2 OR Amount = 3", Shop).Reply.Where).Terms[0];
        var any = Assert.IsType<Condition.Any>(where);
        var all = Assert.IsType<Condition.All>(any.Terms[0]);
        Assert.IsType<Condition.Not>(all.Terms[0]);
        Assert.IsType<Condition.Compare>(any.Terms[1]);
    }

    [Theory]
    [InlineData(@"Customer = 'it''s'", "it's")]
    [InlineData(@"Customer = 'it\'s'", "it's")]
    [InlineData("Customer = \"a \"\"b\"\" c\"", "a \"b\" c")]
    [InlineData(@"Customer = 'a\\b\n'", "a\\b\n")]
    [InlineData("Customer = ''", "")]
    [InlineData("Customer = '漢字 OR 1'", "漢字 OR 1")]
    public void Texts_are_unquoted_as_in_SQL(string query, string value) => Assert.Equal(value, Value(query).Text);

    [Theory]
    [InlineData("ExecutionDuration = '1h5m'", 3_900_000_000_000)]
    [InlineData("ExecutionDuration = '1.5s'", 1_500_000_000)]
    [InlineData("ExecutionDuration = '250ms'", 250_000_000)]
    [InlineData("ExecutionDuration = '01:02:03'", 3_723_000_000_000)]
    [InlineData("ExecutionDuration = '2d'", 172_800_000_000_000)]
    [InlineData("ExecutionDuration = 42", 42)]
    [InlineData("ExecutionStatus = 'Completed'", 2)]
    [InlineData("ExecutionStatus = 'WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW'", 6)]
    [InlineData("ExecutionStatus = 7", 7)]
    [InlineData("StartTime = '1970-01-01T01:00:01.0000002+01:00'", 10_000_002)]
    [InlineData("StartTime = '1970-01-01T00:00:00.000000299Z'", 2)]
    [InlineData("StartTime = 1000", 10)]
    [InlineData("Urgent = true", 1)]
    [InlineData("Amount = -9223372036854775808", long.MinValue)]
    public void Values_are_read_in_the_unit_of_their_attribute(string query, long value) => Assert.Equal(value, Value(query).Whole);

    [Fact]
    public void Only_counts_group()
    {
        Assert.True(ListFilter.ForCount("Customer = 'x' GROUP BY ExecutionStatus", Shop).Reply.GroupByStatus);
        Assert.True(ListFilter.ForCount("group by ExecutionStatus", Shop).Reply.GroupByStatus);
        Assert.Equal(
            "invalid query: operation is not supported: 'GROUP BY' clause",
            ListFilter.ForList("GROUP BY ExecutionStatus", Shop).Refusal?.Message);
    }

    [Fact]
    public void Queries_too_large_to_run_are_refused()
    {
        var deep = new string('(', 5_000) + "Amount = 1" + new string(')', 5_000);
        Assert.Equal("invalid query: invalid expression: nested more than 100 levels deep", ListFilter.ForList(deep, Shop).Refusal?.Message);
        var nots = string.Concat(Enumerable.Repeat("NOT ", 5_000)) + "Amount = 1";
        Assert.Equal("invalid query: invalid expression: nested more than 100 levels deep", ListFilter.ForList(nots, Shop).Refusal?.Message);
        var wide = string.Join(" OR ", Enumerable.Repeat("Amount = 1", 501));
        Assert.Equal("invalid query: invalid expression: more than 500 conditions", ListFilter.ForList(wide, Shop).Refusal?.Message);
        var many = $"Amount IN ({string.Join(',', Enumerable.Repeat("1", 10_001))})";
        Assert.Equal("invalid query: invalid expression: more than 10000 values", ListFilter.ForList(many, Shop).Refusal?.Message);
    }

    [Fact]
    public void Any_text_is_either_accepted_or_refused()
    {
        string[] pieces =
        [
            "Customer", "Amount", "ExecutionStatus", "'x'", "5", "-", "=", "!=", "<", "(", ")", ",", "AND", "OR", "NOT", "IN", "BETWEEN", "IS", "NULL",
            "STARTS_WITH", "GROUP", "BY", "ORDER", "`", "\"", "\\", "true", "1e999", ".", "\0", "é", "LIMIT",
        ];
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var query = string.Join(random.Next(4) == 0 ? "" : " ", Enumerable.Range(0, random.Next(1, 12)).Select(_ => pieces[random.Next(pieces.Length)]));
            var refusal = ListFilter.ForCount(query, Shop).Refusal;
            Assert.True(refusal is null || refusal.Message.StartsWith("invalid query: ", StringComparison.Ordinal), query);
        }
    }

    private static AttributeValue Value(string query)
    {
        var answer = ListFilter.ForList(query, Shop);
        Assert.Null(answer.Refusal);
        var all = Assert.IsType<Condition.All>(answer.Reply.Where);
        return Assert.IsType<Condition.Compare>(all.Terms[0]).Value;
    }
}
