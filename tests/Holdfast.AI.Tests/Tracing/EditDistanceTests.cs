using Holdfast.AI.Tracing.Sources;

namespace Holdfast.AI.Tests.Tracing;

public sealed class EditDistanceTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("Dear Ada", "Dear Ada", 0)]
    [InlineData("", "Dear Ada", 1)]
    [InlineData("Dear Ada", "", 1)]
    [InlineData("abcd", "wxyz", 1)]
    [InlineData("kitten", "sitting", 0.4286)]
    [InlineData("Dear Ada", "Dear Ada!", 0.1111)]
    [InlineData("aa", "aaa", 0.3333)]
    [InlineData("one two three", "one three", 0.3077)]
    public void It_is_the_share_of_the_longer_text_that_was_changed(string before, string after, double expected)
    {
        Assert.Equal(expected, EditDistance.Between(before, after));
        Assert.Equal(expected, EditDistance.Between(after, before));
    }

    [Fact]
    public void A_word_in_the_middle_of_a_long_text_counts_as_one_word_however_long_the_text_is()
    {
        var words = string.Concat(Enumerable.Repeat("All is well. ", 10_000));

        Assert.Equal(Math.Round(4.0 / (words.Length * 2 + 4), 4), EditDistance.Between($"{words}{words}", $"{words}Yes {words}"));
    }

    [Fact]
    public void Texts_that_differ_for_long_are_compared_up_to_a_bound()
    {
        var (before, after) = (new string('a', 1_000_000), new string('b', 2_000_000));

        Assert.Equal(1, EditDistance.Between(before, after));
        // The common beginning is part of the whole, what lies behind the bound is not.
        Assert.Equal(0.5, EditDistance.Between(new string('c', EditDistance.MostCompared) + before, new string('c', EditDistance.MostCompared) + after));
    }
}
