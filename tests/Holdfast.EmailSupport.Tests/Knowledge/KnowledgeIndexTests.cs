using Holdfast.EmailSupport.Knowledge;
using Holdfast.EmailSupport.Samples;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.EmailSupport.Tests.Knowledge;

public sealed class KnowledgeIndexTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("holdfast-knowledge-").FullName;
    private readonly KnowledgeIndex index;

    public KnowledgeIndexTests() => index = Open();

    public void Dispose()
    {
        index.Dispose();
        Directory.Delete(root, recursive: true);
    }

    [Theory]
    [InlineData("Charged twice in October", "my credit card was charged twice", "billing#charged-twice")]
    [InlineData("Passwort?", "How can I set a new password?", "account#setting-a-new-password")]
    [InlineData("", "can I invite a colleague to two teams at the same time", "account#inviting-colleagues-to-several-teams")]
    [InlineData("Error 500", "when I save a report with many rows", "reports#error-500-when-saving-a-report")]
    public void The_passage_that_fits_best_comes_first(string subject, string text, string id)
    {
        SampleKnowledge.Write(Knowledge);

        Assert.Equal(id, index.Find(new(subject, text, ""), 5)[0].Id);
    }

    [Fact]
    public void Files_that_are_added_changed_or_removed_are_found_as_they_are_now()
    {
        Assert.Empty(Find("llamas"));

        Write("pets.md", "# Pets\nLlamas are welcome.");
        Write("sub/rooms.md", "# Rooms\nNo llamas in rooms.");
        Write("notes.txt", "Llamas!");
        Assert.Equal(["pets#pets", "sub/rooms#rooms"], Find("llamas").Select(passage => passage.Id).Order());

        Write("pets.md", "# Pets\nCats are welcome from now on.");
        File.Delete(Path.Combine(Knowledge, "sub/rooms.md"));
        Assert.Empty(Find("llamas"));
        Assert.Equal("Cats are welcome from now on.", Assert.Single(Find("cat")).Text);
    }

    [Fact]
    public void A_word_is_found_in_other_forms_and_without_accents()
    {
        Write("a.md", "# Café\nInvoices are sent monthly.");

        Assert.Single(Find("invoice"));
        Assert.Single(Find("cafe"));
    }

    [Theory]
    [InlineData("\" OR 1 NEAR (")]
    [InlineData("title:zebra* NOT zoo")]
    [InlineData("the and of")]
    [InlineData("'; DROP TABLE passage; --")]
    [InlineData("")]
    public void What_a_mail_says_is_never_taken_for_an_operator(string text)
    {
        Write("a.md", "# Secret\nThe plan and its parts.");

        Assert.Empty(Find(text));
        Assert.Single(Find("zebra NOT plan"));
    }

    [Fact]
    public void An_index_that_is_broken_is_made_anew_from_the_files()
    {
        Write("a.md", "# A\nLlamas.");
        Assert.Single(Find("llamas"));
        index.Dispose();
        File.WriteAllText(Database, "This is no database, and long enough to be looked at as one.".PadRight(4096, '.'));
        using var second = Open();

        Assert.Throws<SqliteException>(() => second.Find(new("", "llamas", ""), 5));
        Assert.Single(second.Find(new("", "llamas", ""), 5));
    }

    [Fact]
    public void A_file_that_is_far_too_large_is_left_out_and_the_others_are_found()
    {
        Write("big.md", "# Big\n" + new string('x', 2_000_000));
        Write("small.md", "# Small\nLlamas.");

        Assert.Single(Find("llamas"));
    }

    [Fact]
    public void Sample_files_are_written_once_and_never_over_the_teams_own()
    {
        SampleKnowledge.Write(Knowledge);
        Assert.Equal(["account.md", "billing.md", "reports.md"], Directory.GetFiles(Knowledge).Select(Path.GetFileName).Order());

        File.Delete(Path.Combine(Knowledge, "billing.md"));
        SampleKnowledge.Write(Knowledge);
        Assert.Equal(2, Directory.GetFiles(Knowledge).Length);
    }

    private string Knowledge => Path.Combine(root, "knowledge");

    private string Database => Path.Combine(root, "knowledge.db");

    private KnowledgeIndex Open() => new(Knowledge, Database, NullLogger<KnowledgeIndex>.Instance);

    private IReadOnlyList<Passage> Find(string text) => index.Find(new("", text, ""), 5);

    private void Write(string name, string text)
    {
        var path = Path.Combine(Knowledge, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
