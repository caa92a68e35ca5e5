using Holdfast.AI.Costs;

namespace Holdfast.AI.Tests.Costs;

public sealed class PriceTableTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Each_kind_of_token_has_its_own_price()
    {
        var usage = new TokenUsage { Input = 1_000_000, CacheRead = 1_000_000, CacheWrite5m = 1_000_000, CacheWrite1h = 1_000_000, Output = 1_000_000, Reasoning = 1_000_000 };

        Assert.Equal(2 + 0.1m + 2.5m + 4 + 10 + 10, PriceTable.Default.Cost("anthropic", "claude-sonnet-5-5", Now, usage));
    }

    [Theory]
    [InlineData("2026-10-06T23:59:59Z", 0.2)]
    [InlineData("2026-10-07T00:00:00Z", 0.1)]
    public void A_price_holds_from_its_date_on(string at, double expected)
    {
        var usage = new TokenUsage { CacheRead = 1_000_000 };

        Assert.Equal((decimal)expected, PriceTable.Default.Cost("anthropic", "claude-sonnet-5-5", DateTimeOffset.Parse(at, null), usage));
    }

    [Theory]
    [InlineData(100_000, 0.01)]
    [InlineData(100_001, 0.0500005)]
    public void A_long_prompt_may_have_another_price_as_a_whole(long tokens, double expected) =>
        Assert.Equal((decimal)expected, PriceTable.Default.Cost("anthropic", "claude-haiku-5-5", Now, new() { Input = tokens }));

    [Fact]
    public void A_price_that_is_not_known_is_not_nothing()
    {
        var usage = new TokenUsage { Input = 10, Output = 3 };

        Assert.Null(PriceTable.Default.Cost("anthropic", "claude-of-tomorrow", Now, usage));
        Assert.Null(PriceTable.Default.Cost("a-gateway", "claude-sonnet-5-5", Now, usage));
        Assert.Null(PriceTable.Default.Cost("anthropic", "claude-sonnet-5-5", Now, usage: null));
        // The price of its cached tokens is not known, and only then that matters.
        Assert.Null(PriceTable.Default.Cost("anthropic", "claude-fable-5-2", Now, usage with { CacheRead = 1 }));
        Assert.Equal(0.0002m, PriceTable.Default.Cost("anthropic", "claude-fable-5-2", Now, usage));
        Assert.Null(PriceTable.Parse("""{"prices": [{"provider": "p", "model": "m", "from": "2027-01-01", "input": 1, "output": 1}]}""", "f").Cost("p", "m", Now, usage));
    }

    [Fact]
    public void The_operators_rows_come_before_those_of_the_program()
    {
        var table = PriceTable.Parse("""{"prices": [{"provider": "anthropic", "model": "claude-sonnet-*", "input": 7, "output": 7}]}""", "f", PriceTable.Default);
        var usage = new TokenUsage { Input = 1_000_000 };

        Assert.Equal(7, table.Cost("anthropic", "claude-sonnet-5-5", Now, usage));
        Assert.Equal(4, table.Cost("anthropic", "claude-opus-5-5", Now, usage));
    }

    [Fact]
    public void The_row_that_says_more_is_taken()
    {
        var table = PriceTable.Parse(
            """
            {"prices": [
                {"provider": "*", "model": "m-large", "input": 1},
                {"provider": "p", "model": "*", "input": 2},
                {"provider": "p", "model": "m-*", "input": 3},
                {"provider": "p", "model": "m-small", "input": 4},
                {"provider": "p", "model": "m-small", "from": "2026-11-22", "input": 5},
                // A comment, and a price of the future.
                {"provider": "p", "model": "m-small", "from": "2026-11-24", "input": 6},
            ]}
            """,
            "f");

        decimal? Price(string provider, string model) => table.Cost(provider, model, Now, new() { Input = 1_000_000 });

        Assert.Equal([1, 2, 3, 3, 5], [Price("q", "m-large"), Price("p", "x"), Price("p", "m-large"), Price("p", "m-x"), Price("p", "m-small")]);
    }

    [Theory]
    [InlineData("""[]""", "my.json: it must be an object with a list \"prices\".")]
    [InlineData("{\"prices\": [\n{]}", "my.json: line 2 is no JSON.")]
    [InlineData("""{"prices": [{"provider": "p", "model": "m", "input": -1}]}""", "my.json: row 1 (p m): \"input\" is -1; it must be a number of US dollars per million tokens, 0 or more.")]
    [InlineData("""{"prices": [{"provider": "p", "model": "m"}, {"provider": "p", "model": "n", "input": "2"}]}""", "my.json: row 2 (p n): \"input\" is \"2\"; it must be a number of US dollars per million tokens, 0 or more.")]
    [InlineData("""{"prices": [{"provider": "p", "model": "m", "inptu": 1}]}""", "my.json: row 1 (p m): \"inptu\" is not known.")]
    [InlineData("""{"prices": [{"provider": "p", "model": "m", "from": "soon"}]}""", "my.json: row 1 (p m): \"from\" is \"soon\"; it must be a date like 2026-10-07, which begins at midnight UTC.")]
    [InlineData("""{"prices": [{"model": "m"}]}""", "my.json: row 1 (? m): \"provider\" is missing; \"*\" stands for any.")]
    [InlineData("""{"prices": [7]}""", "my.json: row 1: it must be an object.")]
    [InlineData("""{"prices": [], "currency": "EUR"}""", "my.json: \"currency\" is not known beside \"prices\".")]
    public void A_bad_table_is_told_in_one_line_that_names_the_row(string json, string expected) =>
        Assert.Equal(expected, Assert.Throws<PriceTableException>(() => PriceTable.Parse(json, "my.json")).Message);
}
