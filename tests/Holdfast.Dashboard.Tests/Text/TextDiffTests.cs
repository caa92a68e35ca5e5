using Holdfast.Dashboard.Text;

namespace Holdfast.Dashboard.Tests.Text;

public sealed class TextDiffTests
{
    [Fact]
    public void A_line_changed_in_place_shows_the_words_that_changed() =>
        Assert.Equal(
            ["  Dear Ada,", "- it takes [5 to 7] days.", "+ it takes [2] days.", "  Bye"],
            Show("Dear Ada,\nit takes 5 to 7 days.\nBye", "Dear Ada,\nit takes 2 days.\nBye"));

    [Fact]
    public void Lines_that_come_or_go_are_shown_whole() =>
        Assert.Equal(["  a", "- [b]", "  c", "+ [d]", "+ [e]"], Show("a\nb\nc", "a\nc\nd\ne"));

    [Fact]
    public void Line_endings_alone_are_no_change()
    {
        Assert.True(TextDiff.AreSame("a\r\nb", "a\nb"));
        Assert.Equal(["~ 2 lines unchanged"], Show("a\r\nb", "a\nb"));
    }

    [Fact]
    public void Long_stretches_without_a_change_are_left_out()
    {
        var before = string.Join('\n', Enumerable.Range(1, 20));
        var after = before.Replace("10", "ten", StringComparison.Ordinal);

        Assert.Equal(
            ["~ 7 lines unchanged", "  8", "  9", "- [10]", "+ [ten]", "  11", "  12", "~ 8 lines unchanged"],
            Show(before, after));
    }

    [Fact]
    public void Scripts_without_spaces_are_compared_letter_by_letter_and_emoji_stay_whole()
    {
        Assert.Equal(["- 再送[い]たします", "+ 再送たします"], Show("再送いたします", "再送たします"));
        Assert.Equal(["- ok [😀]", "+ ok [😁]"], Show("ok 😀", "ok 😁"));
    }

    [Fact]
    public void Removed_and_same_lines_make_the_old_text_and_added_and_same_lines_the_new_one()
    {
        var random = new Random(20261122);
        for (var round = 0; round < 300; round++)
        {
            var (before, after) = (Text(), Text());
            var diff = TextDiff.Compare(before, after);
            if (diff.Any(line => line.Kind is DiffKind.Gap))
                continue;

            Assert.Equal(before, Join(diff, DiffKind.Removed));
            Assert.Equal(after, Join(diff, DiffKind.Added));
        }

        string Text() => string.Join('\n', Enumerable.Range(0, random.Next(1, 9)).Select(_ => "abc d".Substring(random.Next(3), random.Next(3))));
        static string Join(IReadOnlyList<DiffLine> diff, DiffKind kind) =>
            string.Join('\n', diff.Where(line => line.Kind == kind || line.Kind is DiffKind.Same).Select(line => line.Text));
    }

    [Fact]
    public void Huge_texts_with_nothing_in_common_are_answered_too()
    {
        var before = string.Join('\n', Enumerable.Range(0, 5_000).Select(i => $"a{i}"));
        var after = string.Join('\n', Enumerable.Range(0, 4_000).Select(i => $"b{i}"));

        Assert.Equal(9_000, TextDiff.Compare(before, after).Count);
    }

    private static IEnumerable<string> Show(string before, string after) =>
        TextDiff.Compare(before, after).Select(line =>
            $"{line.Kind switch { DiffKind.Removed => '-', DiffKind.Added => '+', DiffKind.Gap => '~', _ => ' ' }} "
            + string.Concat(line.Parts.Select(part => part.IsChanged ? $"[{part.Text}]" : part.Text)));
}
