using Holdfast.AI.Dashboard.LiveAnswers;

namespace Holdfast.Dashboard.Tests.AI;

public sealed class AnswerTextTests
{
    private const string Answer = """{"reply":"Dear Ada,\n\nall is \"well\" \ud83d\ude00 über.","citations":["a#b","c#d"],"confidence":0.9,"sure":true,"more":{"why":null}}""";

    [Fact]
    public void Each_member_is_shown_by_its_name() =>
        Assert.Equal("reply: Dear Ada,\n\nall is \"well\" 😀 über.\ncitations: a#b\nc#d\nconfidence: 0.9\nsure: true\nwhy: null", AnswerText.Of(Answer));

    [Fact]
    public void However_far_it_has_come_what_is_shown_is_the_beginning_of_the_whole()
    {
        var whole = AnswerText.Of(Answer);

        var shown = Enumerable.Range(0, Answer.Length + 1).Select(length => AnswerText.Of(Answer[..length])).ToArray();

        Assert.All(shown, text => Assert.StartsWith(text, whole, StringComparison.Ordinal));
        Assert.Contains("reply: Dear A", shown);
        // It never goes back by more than a word that is not decided yet.
        Assert.All(shown.Zip(shown.Skip(1)), pair => Assert.True(pair.Second.Length >= pair.First.Length));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Dear Ada")]
    [InlineData("[1, 2]")]
    [InlineData("{Ada} writes")]
    [InlineData("{\"a\": 1} and more")]
    public void What_is_no_JSON_object_is_shown_as_it_is(string answer) => Assert.Equal(answer, AnswerText.Of(answer));
}
