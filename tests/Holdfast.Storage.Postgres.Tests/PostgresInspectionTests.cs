using System.Globalization;
using Holdfast.Storage.Inspection;
using Holdfast.Storage.Tests;
using static Holdfast.Storage.Tests.Writes;

namespace Holdfast.Storage.Postgres.Tests;

[Collection(PostgresCollection.Name)]
public sealed class PostgresInspectionTests(SharedPostgres postgres) : InspectionContract
{
    private readonly PostgresAddress address = postgres.NewAddress();

    protected override IStore Open() => SharedPostgres.Open(new PostgresStoreOptions(address));

    private protected override IStoreInspection Inspect() =>
        Task.Run(() => PostgresInspection.OpenAsync(address, CancellationToken.None).AsTask()).GetAwaiter().GetResult();

    [Theory]
    [InlineData("DELETE FROM {0}.entity", "Run order-1: it is the current run of its workflow id, but there is no such run.")]
    [InlineData("DELETE FROM {0}.entity", "Run order-1: it is listed, but there is no such run.")]
    [InlineData("DELETE FROM {0}.entity", "2 journal rows belong to entity")]
    [InlineData("DELETE FROM {0}.entity", "1 slots belong to entity")]
    [InlineData("DROP TABLE {0}.slot", "The table of slots cannot be checked")]
    public async Task Rows_that_belong_to_nothing_are_named(string damage, string told)
    {
        await Store.Commit(First(Run("order-1"), visibility: Row(Noon)) with { Slots = [Slot("a", "1")] }, Next(Run("order-1"), 2));
        await ExecuteAsync(damage);

        await using var inspection = Inspect();

        Assert.Contains(
            await Damages(inspection),
            found => $"{(found.Run is { } run ? $"Run {run.WorkflowId}: " : "")}{found.Problem}".StartsWith(told, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("DELETE FROM {0}.journal WHERE sequence = 1", "journal row 1 is missing.")]
    [InlineData("UPDATE {0}.entity SET next_sequence = 9 WHERE business_id = 'order-1'", "there are 2 journal rows, its header names 8.")]
    [InlineData("ALTER TABLE {0}.slot DROP COLUMN value", "column \"value\" does not exist")]
    public async Task What_is_wrong_with_a_run_is_told_with_it_and_the_others_are_shown(string damage, string told)
    {
        await Store.Commit(First(Run("order-1"), visibility: Row(Noon)), Next(Run("order-1"), 2));
        await ExecuteAsync(damage);

        await using var inspection = Inspect();
        var run = Assert.Single(await inspection.ReadRunsAsync(0, 10, default));

        Assert.Equal(told, run.Damage);
        Assert.Null(run.Journal);
        Assert.Equal(Row(Noon), run.Visibility);
    }

    [Fact]
    public async Task A_database_that_holds_nothing_of_ours_and_another_schema_version_are_refused()
    {
        var problem = await Assert.ThrowsAsync<StoreUnusableException>(() => PostgresInspection.OpenAsync(postgres.NewAddress(), default).AsTask());
        Assert.Contains("holds nothing of this program", problem.Message, StringComparison.Ordinal);
        await ExecuteAsync("UPDATE {0}.holdfast_schema SET version = 1");
        problem = await Assert.ThrowsAsync<StoreUnusableException>(() => PostgresInspection.OpenAsync(address, default).AsTask());
        Assert.Contains("has schema version 1", problem.Message, StringComparison.Ordinal);
    }

    private Task ExecuteAsync(string sql) => postgres.Server.ExecuteAsync(string.Format(CultureInfo.InvariantCulture, sql, address.Schema));
}
