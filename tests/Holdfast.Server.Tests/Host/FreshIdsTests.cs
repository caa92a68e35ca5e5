using Holdfast.Server.Hosting;

namespace Holdfast.Server.Tests.Host;

public sealed class FreshIdsTests
{
    [Fact]
    public void Ids_are_version_7_differ_and_sort_by_their_time()
    {
        var start = new DateTimeOffset(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

        var ids = Enumerable.Range(0, 1000).Select(second => FreshIds.Next(start.AddSeconds(second))).ToList();

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal(1000, ids.Select(id => id[15..]).Distinct().Count());
        Assert.All(ids, id =>
        {
            var parsed = Guid.Parse(id);
            Assert.Equal(7, parsed.Version);
            Assert.InRange(parsed.Variant, 8, 11);
        });
    }
}
