using System.Diagnostics;
using Xunit;

namespace Holdfast.Simulation;

/// <summary>The short version of the simulator: a few seeds that never change, and fresh ones for a while.</summary>
public sealed class SeedTests
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_promise_is_kept_whatever_goes_wrong(int seed) => Holds(seed);

    [Fact]
    public void Every_promise_is_kept_with_fresh_seeds_too()
    {
        var clock = Stopwatch.StartNew();
        for (var seed = (int)(DateTime.UtcNow.Ticks % 1_000_000_000); clock.Elapsed < FreshFor; seed++)
            Holds(seed);
    }

    [Fact]
    public void A_seed_tells_the_same_story_again()
    {
        var once = Simulation.Run(42, new SimulationOptions());
        var again = Simulation.Run(42, new SimulationOptions());
        Assert.Equal(once.Hash, again.Hash);
        Assert.Equal(once.Steps, again.Steps);
        Assert.NotEqual(once.Hash, Simulation.Run(43, new SimulationOptions()).Hash);
    }

    private static void Holds(int seed)
    {
        var result = Simulation.Run(seed, new SimulationOptions());
        Assert.True(
            result.Violation is null,
            $"Seed {seed}: {result.Violation}. Replay it: dotnet run --project tests/Holdfast.Simulation -- --seed {seed}\n{string.Join('\n', result.Log)}");
        Assert.True(result.Runs > 10 && result.Facts > 100, $"Seed {seed} did next to nothing: {result.Runs} runs, {result.Facts} facts.");
    }
}
