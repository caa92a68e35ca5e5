using Holdfast.AI.Database;
using Microsoft.Data.Sqlite;

namespace Holdfast.AI.Tests.Database;

public sealed class AIDatabaseTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-ai-").FullName;

    private string File => Path.Combine(folder, "ai.db");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void What_is_written_is_there_for_another_opener()
    {
        var one = AIDatabase.Open(File);
        one.Migrate("things", ["CREATE TABLE thing (name TEXT NOT NULL)"]);
        one.Write(transaction => transaction.Execute("INSERT INTO thing (name) VALUES ($name)", ("$name", "a'b")));

        var other = AIDatabase.Open(File);

        Assert.Equal(["a'b"], other.Read(transaction => transaction.Query("SELECT name FROM thing", row => row.GetString(0))));
    }

    [Fact]
    public void A_write_that_fails_leaves_nothing_behind()
    {
        var database = AIDatabase.Open(File);
        database.Migrate("things", ["CREATE TABLE thing (name TEXT NOT NULL)"]);

        Assert.Throws<SqliteException>(() => database.Write(transaction =>
        {
            transaction.Execute("INSERT INTO thing (name) VALUES ('kept?')");
            transaction.Execute("INSERT INTO thing (name) VALUES (NULL)");
        }));

        Assert.Empty(database.Read(transaction => transaction.Query("SELECT name FROM thing", row => row.GetString(0))));
    }

    [Fact]
    public void Each_concern_is_migrated_on_its_own_and_once()
    {
        AIDatabase.Open(File).Migrate("a", ["CREATE TABLE a (x)"]);

        var later = AIDatabase.Open(File);
        later.Migrate("a", ["CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y"]);
        later.Migrate("b", ["CREATE TABLE b (x)"]);

        later.Write(transaction => transaction.Execute("INSERT INTO a (x, y) SELECT 1, count(*) FROM b"));
    }

    [Fact]
    public void Tables_of_a_newer_program_are_refused()
    {
        AIDatabase.Open(File).Migrate("a", ["CREATE TABLE a (x)", "CREATE TABLE aa (x)"]);

        var refusal = Assert.Throws<AIDatabaseException>(() => AIDatabase.Open(File).Migrate("a", ["CREATE TABLE a (x)"]));

        Assert.Contains("version 2 of its a tables", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_of_another_program_is_refused_and_left_alone()
    {
        using (var foreign = new SqliteConnection($"Data Source={File};Pooling=False"))
        {
            foreign.Open();
            using var command = foreign.CreateCommand();
            command.CommandText = "CREATE TABLE theirs (x)";
            command.ExecuteNonQuery();
        }

        var before = System.IO.File.ReadAllBytes(File);

        Assert.Throws<AIDatabaseException>(() => AIDatabase.Open(File));
        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused()
    {
        System.IO.File.WriteAllText(File, new string('x', 8192));

        Assert.Throws<AIDatabaseException>(() => AIDatabase.Open(File));
    }

    [Fact]
    public void Only_its_owner_may_read_it()
    {
        AIDatabase.Open(File);

        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public async Task Writers_wait_for_each_other()
    {
        AIDatabase[] openers = [AIDatabase.Open(File), AIDatabase.Open(File)];
        openers[0].Migrate("counter", ["CREATE TABLE counter (n INTEGER); INSERT INTO counter VALUES (0)"]);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(number => Task.Run(() => openers[number % 2].Write(transaction =>
        {
            var n = transaction.Query("SELECT n FROM counter", row => row.GetInt32(0))[0];
            transaction.Execute("UPDATE counter SET n = $n", ("$n", n + 1));
        }))));

        Assert.Equal(40, openers[0].Read(transaction => transaction.Query("SELECT n FROM counter", row => row.GetInt32(0)))[0]);
    }
}
