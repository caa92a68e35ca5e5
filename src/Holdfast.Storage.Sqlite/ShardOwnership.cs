using Microsoft.Data.Sqlite;

namespace Holdfast.Storage.Sqlite;

/// <summary>
/// Who owns which shard. The file is this process's alone, so that what is remembered here is what is stored: a commit need not look. Used
/// under the writer's lock.
/// </summary>
internal sealed class ShardOwnership
{
    private readonly SqliteConnection connection;
    private readonly Dictionary<int, OwnedShard> shards = [];

    public ShardOwnership(SqliteConnection connection)
    {
        this.connection = connection;
        using var select = new Statement(connection, "SELECT shard, range_id, owner FROM shard");
        while (select.Read())
            shards.Add(select.Int(0), new OwnedShard(select.Long(1), select.Text(2)));
    }

    public long Acquire(int shard, string owner, bool renew)
    {
        var found = shards.TryGetValue(shard, out var owned);
        if (renew)
        {
            // A commit ends before anybody can ask again, so that there is nothing to fence off, and a full disk does not stand in the way.
            return owned.Owner == owner ? owned.RangeId : throw ShardLostException.Owner(shard, found ? owned.Owner : null);
        }

        using var upsert = new Statement(connection, """
            INSERT INTO shard (shard, range_id, owner) VALUES (?1, ?2, ?3)
            ON CONFLICT (shard) DO UPDATE SET range_id = excluded.range_id, owner = excluded.owner
            """);
        upsert.Bind(1, shard).Bind(2, owned.RangeId + 1).Bind(3, owner).Execute();
        shards[shard] = new OwnedShard(owned.RangeId + 1, owner);
        return owned.RangeId + 1;
    }

    /// <exception cref="ShardLostException">The batch shows another range id than the stored one.</exception>
    public void Check(CommitBatch batch)
    {
        if (!shards.TryGetValue(batch.Shard, out var owned) || owned.RangeId != batch.RangeId)
            throw ShardLostException.RangeId(batch.Shard, batch.RangeId, owned.RangeId == 0 ? null : owned.RangeId);
    }
}
