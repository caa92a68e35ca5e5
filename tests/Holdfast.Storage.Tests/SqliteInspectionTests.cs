using Holdfast.Storage.Inspection;
using Holdfast.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using static Holdfast.Storage.Tests.Writes;

namespace Holdfast.Storage.Tests;

public sealed class SqliteInspectionTests : InspectionContract
{
    private readonly TempFolder folder = new();

    private string Path => folder.File("holdfast.db");

    protected override IStore Open() => SqliteStore.Open(new SqliteStoreOptions(Path));

    private protected override IStoreInspection Inspect() => SqliteInspection.Open(Path);

    protected override void Closed() => folder.Dispose();

    [Theory]
    [InlineData("DELETE FROM entity WHERE business_id = 'order-1'", "Run order-1: it is the current run of its workflow id, but there is no such run.")]
    [InlineData("DELETE FROM entity WHERE business_id = 'order-1'", "Run order-1: it is listed, but there is no such run.")]
    [InlineData("DELETE FROM entity WHERE business_id = 'order-1'", "2 journal rows belong to entity 1, which does not exist.")]
    [InlineData("DELETE FROM entity WHERE business_id = 'order-1'", "1 slots belong to entity 1, which does not exist.")]
    [InlineData("PRAGMA writable_schema = 1; DELETE FROM sqlite_schema WHERE name = 'journal_row'", "SQLite finds:")]
    public async Task Rows_that_belong_to_nothing_and_a_damaged_form_are_named(string sql, string told)
    {
        await TwoRuns();
        Execute(sql);

        await using var inspection = Inspect();

        Assert.Contains(
            await Damages(inspection),
            damage => $"{(damage.Run is { } run ? $"Run {run.WorkflowId}: " : "")}{damage.Problem}".StartsWith(told, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("DELETE FROM journal WHERE entity_id = 1 AND sequence = 1", "journal row 1 is missing.")]
    [InlineData("UPDATE entity SET next_sequence = 9 WHERE entity_id = 1", "there are 2 journal rows, its header names 8.")]
    public async Task A_run_that_cannot_be_read_is_named_beside_the_others(string sql, string told)
    {
        await TwoRuns();
        Execute(sql);

        await using var inspection = Inspect();
        var runs = await inspection.ReadRunsAsync(0, 10, default);

        Assert.Equal([told, null], runs.Select(run => run.Damage));
        Assert.Null(runs[0].Journal);
        Assert.NotNull(runs[1].Journal);
    }

    [Fact]
    public async Task A_torn_page_costs_what_lies_on_it_and_no_more()
    {
        for (var i = 0; i < 40; i++)
            await Store.Commit(First(Run($"order-{i}"), new string('r', 3000)));
        await Store.DisposeAsync();
        var pages = new FileInfo(Path).Length / 8192;
        var intact = File.ReadAllBytes(Path);
        var costSomeRuns = 0;
        for (var page = 1; page < pages; page++)
        {
            var torn = (byte[])intact.Clone();
            Array.Fill(torn, (byte)0xFF, page * 8192, 8192);
            File.WriteAllBytes(Path, torn);
            List<StoreDamage> damages;
            IReadOnlyList<InspectedRun> runs;
            try
            {
                await using var inspection = Inspect();
                damages = await Damages(inspection);
                runs = await inspection.ReadRunsAsync(0, 100, default);
            }
            catch (Exception e) when (e is StoreUnusableException or StoreDamagedException)
            {
                // The root of a small table: nothing of it can be read, and the message says so.
                continue;
            }

            Assert.NotEmpty(damages);
            Assert.All(runs, run => Assert.True(run.Damage is not null || run.Journal is not null));
            if (runs.Count(run => run.Damage is not null) is > 0 and < 40)
                costSomeRuns++;
        }

        Assert.True(costSomeRuns > 10, $"Only {costSomeRuns} torn pages cost some runs and not all.");
    }

    [Fact]
    public async Task A_missing_a_foreign_and_a_newer_file_are_refused()
    {
        await Store.DisposeAsync();
        File.WriteAllText(folder.File("diary"), "dear diary, this is no database at all");
        Refused(folder.File("none.db"), "There is no database");
        Refused(folder.File("diary"), "is damaged");
        Execute("PRAGMA user_version = 1000");
        Refused(Path, "has schema version 1000");
        Execute("PRAGMA application_id = 7");
        Refused(Path, "is no database of this program");
    }

    private static void Refused(string path, string because)
    {
        var problem = Assert.Throws<StoreUnusableException>(() => SqliteInspection.Open(path));
        Assert.Contains(because, problem.Message, StringComparison.Ordinal);
    }

    private async Task TwoRuns()
    {
        await Store.Commit(First(Run("order-1"), visibility: Row(Noon)) with { Slots = [Slot("a", "1")] }, Next(Run("order-1"), 2));
        await Store.Commit(First(Run("order-2"), visibility: Row(Noon)));
        await Store.DisposeAsync();
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own SQL.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
