using Holdfast.EmailSupport.Hosting;
using Holdfast.EmailSupport.Prompts;

namespace Holdfast.EmailSupport.Tests.Prompts;

public sealed class PromptLibraryTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-prompts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Without_files_of_the_teams_own_the_programs_prompts_are_used()
    {
        Assert.Same(PromptLibrary.Own, PromptLibrary.Read(Path.Combine(folder, "none")));
        Assert.Equal("support-reader/1", PromptLibrary.Own["support-reader"].Id);
        Assert.StartsWith("You sort the incoming mail", PromptLibrary.Own["support-reader"].Text, StringComparison.Ordinal);
        Assert.StartsWith("You write replies", PromptLibrary.Own["support-writer"].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_teams_newest_version_goes_before_the_programs_own()
    {
        Write("support-writer/2.md", "Second");
        Write("support-writer/10.md", "\r\nTenth\r\nline\r\n");

        var prompts = PromptLibrary.Read(folder);

        Assert.Equal(new Prompt("support-writer", 10, "Tenth\nline"), prompts["support-writer"]);
        Assert.Equal(PromptLibrary.Own["support-reader"], prompts["support-reader"]);
    }

    [Theory]
    [InlineData("support-riter/1.md", "x", "There is no prompt \"support-riter\"")]
    [InlineData("support-writer/newest.md", "x", "must be named by its version")]
    [InlineData("support-writer/0.md", "x", "must be named by its version")]
    [InlineData("support-writer/1.txt", "x", "must be named by its version")]
    [InlineData("support-writer/1.md", " \n", "has 0 characters")]
    public void A_file_that_is_not_what_it_should_be_is_named_at_the_start(string file, string text, string told)
    {
        Write(file, text);

        Assert.Contains(told, Assert.Throws<StartException>(() => PromptLibrary.Read(folder)).Message, StringComparison.Ordinal);
    }

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
        File.WriteAllText(Path.Combine(folder, file), text);
    }
}
