using Holdfast.AI.Costs;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.AI.Tests.Costs;

public sealed class ModelPricesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-prices-").FullName;
    private readonly FakeTimeProvider time = new(new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));

    private string Path => System.IO.Path.Combine(folder, "prices.json");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_table_that_is_edited_is_in_force_without_a_restart()
    {
        var prices = new ModelPrices(Path, time);
        Assert.Null(Price(prices));

        Write("1");
        Assert.Equal(1, Price(prices));

        Write("22");
        Assert.Equal(22, Price(prices));
    }

    [Fact]
    public void A_table_that_cannot_be_read_changes_nothing_and_is_complained_of_until_it_is_mended()
    {
        var prices = new ModelPrices(Path, time);
        Write("1");
        Assert.Equal(1, Price(prices));

        Write("true");
        Assert.Equal(1, Price(prices));
        Assert.Equal($"{Path}: row 1 (p m): \"input\" is true; it must be a number of US dollars per million tokens, 0 or more.", prices.Problem);

        File.Delete(Path);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, Price(prices));
        Assert.Equal($"{Path}: it is gone.", prices.Problem);

        Write("333");
        Assert.Equal(333, Price(prices));
        Assert.Null(prices.Problem);
    }

    // Each price is of another length, so the file has changed whatever the clock's steps are.
    private void Write(string price)
    {
        File.WriteAllText(Path, $$"""{"prices": [{"provider": "p", "model": "m", "input": {{price}}}]}""");
        time.Advance(TimeSpan.FromSeconds(2));
    }

    private decimal? Price(ModelPrices prices) => prices.Current.Cost("p", "m", time.GetUtcNow(), new() { Input = 1_000_000 });
}
