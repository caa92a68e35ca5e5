using Holdfast.Engine;
using Holdfast.Runtime.Shards;

namespace Holdfast.Runtime.Tests.Shards;

public sealed class ShardHashTests
{
    // Stored runs are found by these numbers: a change of any of them loses data.
    [Theory]
    [InlineData("", "", 4, 2)]
    [InlineData("ns", "order-1", 4, 2)]
    [InlineData("ns", "order-2", 4, 1)]
    [InlineData("ns", "order-3", 4, 0)]
    [InlineData("ns", "заказ", 512, 467)]
    public void A_workflow_id_keeps_its_shard_for_ever(string namespaceId, string workflowId, int shards, int expected) =>
        Assert.Equal(expected, ShardHash.ShardOf(new WorkflowTarget(namespaceId, workflowId), shards));

    [Fact]
    public void Workflow_ids_spread_evenly()
    {
        var counts = new int[4];
        for (var i = 0; i < 10_000; i++)
            counts[ShardHash.ShardOf(new WorkflowTarget("ns", $"order-{i}"), 4)]++;

        Assert.All(counts, count => Assert.InRange(count, 2_300, 2_700));
    }
}
