using Holdfast.Memory;

namespace Holdfast.Tests.Memory;

public sealed class IdleMemoryWatchTests
{
    private const long Megabyte = 1024 * 1024;

    private readonly IdleMemoryWatch watch = new();
    private long allocated;

    [Fact]
    public void After_a_burst_it_collects_once_when_the_server_has_come_to_rest()
    {
        Assert.Equal([false, false, true, false, false], Look(500, 900, 1, 1, 1));
        Assert.Equal([false, true, false], Look(64, 2, 2));
    }

    [Fact]
    public void A_server_under_steady_load_never_collects() => Assert.All(Look(40, 40, 40, 40, 40, 40), Assert.False);

    [Fact]
    public void A_server_that_only_started_does_not_collect() => Assert.All(Look(20, 1, 1, 1), Assert.False);

    [Fact]
    public void What_took_little_memory_is_left_alone()
    {
        Assert.False(watch.IsTimeToCollect(500 * Megabyte, 60 * Megabyte));
        Assert.False(watch.IsTimeToCollect(501 * Megabyte, 60 * Megabyte));

        // It is not forgotten that there was a burst: more may be taken yet, by what goes on slowly.
        Assert.True(watch.IsTimeToCollect(502 * Megabyte, 300 * Megabyte));
    }

    private bool[] Look(params long[] allocatedMegabytes) =>
        [.. allocatedMegabytes.Select(megabytes => watch.IsTimeToCollect(allocated += megabytes * Megabyte, 400 * Megabyte))];
}
