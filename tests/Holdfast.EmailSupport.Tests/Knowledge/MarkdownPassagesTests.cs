using Holdfast.EmailSupport.Knowledge;

namespace Holdfast.EmailSupport.Tests.Knowledge;

public sealed class MarkdownPassagesTests
{
    [Fact]
    public void The_text_under_each_heading_is_a_passage_with_the_headings_above_it()
    {
        const string Markdown =
            """
            ---
            title: not for readers
            ---
            Before any heading.

            # Billing

            ## Charged twice ##

            Wait five days.

            ### By card
            Ask the bank.

            ## Ünused & odd!
            ```
            # a comment, no heading
            ```
            ## Empty
            # Other
            Text.
            """;

        Assert.Equal(
            [
                new Passage("shop/billing", "billing", "Before any heading."),
                new("shop/billing#charged-twice", "Billing: Charged twice", "Wait five days."),
                new("shop/billing#by-card", "Billing: Charged twice: By card", "Ask the bank."),
                new("shop/billing#ünused-odd", "Billing: Ünused & odd!", "```\n# a comment, no heading\n```"),
                new("shop/billing#other", "Other", "Text."),
            ],
            MarkdownPassages.Of("shop/billing", Markdown));
    }

    [Fact]
    public void A_heading_that_comes_twice_gives_two_ids() =>
        Assert.Equal(["f#a", "f#a-2"], MarkdownPassages.Of("f", "# A\none\n# A\ntwo").Select(passage => passage.Id));

    [Fact]
    public void A_long_text_is_cut_between_paragraphs_and_loses_nothing()
    {
        var paragraphs = Enumerable.Range(0, 60).Select(number => $"Paragraph {number}: {new string('x', 150)}").ToList();
        var endless = string.Join(' ', Enumerable.Repeat("word", 1_500));

        var passages = MarkdownPassages.Of("f", $"# A\n{string.Join("\n\n", paragraphs)}\n\n{endless}\n\n{new string('y', 5_000)}").ToList();

        Assert.All(passages, passage => Assert.InRange(passage.Text.Length, 1, MarkdownPassages.MaxLength));
        Assert.Equal(paragraphs, passages.SelectMany(passage => passage.Text.Split("\n\n")).Where(text => text.StartsWith("Paragraph", StringComparison.Ordinal)));
        Assert.Equal(1_500, passages.Sum(passage => passage.Text.Split([' ', '\n'], StringSplitOptions.None).Count(word => word == "word")));
        Assert.Equal(5_000, passages.Sum(passage => passage.Text.Count(letter => letter == 'y')));
        Assert.Equal(passages.Count, passages.Select(passage => passage.Id).Distinct().Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("# Only a heading\n\n## Another")]
    public void A_file_without_text_has_no_passages(string markdown) => Assert.Empty(MarkdownPassages.Of("f", markdown));
}
