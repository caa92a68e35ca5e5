using Holdfast.AI.Chat;
using Holdfast.AI.Dashboard.LiveAnswers;

namespace Holdfast.Dashboard.Tests.AI;

public sealed class LiveAnswersTests
{
    private readonly LiveAnswers answers = new("run");

    [Fact]
    public void Pieces_become_one_text()
    {
        Happens(ChatStreamEventKind.Started);
        Happens(ChatStreamEventKind.Text, "Hello ");
        Happens(ChatStreamEventKind.Text, "Ada");

        Assert.Equal(("m", "Hello Ada"), (answers.All.Single().Model, answers.All.Single().Text));
    }

    [Fact]
    public void A_retry_starts_the_text_anew()
    {
        Happens(ChatStreamEventKind.Text, "Hell");
        Happens(ChatStreamEventKind.Failed, "Timeout");
        Assert.Equal("Hell\n[failed: Timeout]", answers.All.Single().Shown);

        Happens(ChatStreamEventKind.Restarted);
        Happens(ChatStreamEventKind.Text, "Hi");

        Assert.Equal("Hi", answers.All.Single().Shown);
    }

    [Fact]
    public void The_words_of_a_structured_answer_can_be_read_while_it_is_written_and_when_it_breaks_off()
    {
        Happens(ChatStreamEventKind.Text, """{"reply": "Dear A""");
        Assert.Equal("reply: Dear A", answers.All.Single().Shown);

        Happens(ChatStreamEventKind.Text, "da,\\n");
        Happens(ChatStreamEventKind.Failed, "ModelTruncated");

        Assert.Equal("reply: Dear Ada,\n\n[failed: ModelTruncated]", answers.All.Single().Shown);
    }

    [Fact]
    public void The_calls_of_other_runs_are_left_out()
    {
        Assert.False(answers.Add(new() { Id = "1", Kind = ChatStreamEventKind.Text, Call = "earlier/1", Text = "x" }));

        Assert.Empty(answers.All);
    }

    [Fact]
    public void The_newest_calls_are_kept()
    {
        for (var call = 1; call <= 5; call++)
            Happens(ChatStreamEventKind.Text, "x", $"{call}");

        Assert.Equal(["run/3", "run/4", "run/5"], answers.All.Select(answer => answer.Call));
    }

    [Fact]
    public void After_a_reset_everything_is_forgotten()
    {
        Happens(ChatStreamEventKind.Text, "x");

        Assert.True(answers.Add(new() { Id = "1", Kind = ChatStreamEventKind.Reset }));

        Assert.Empty(answers.All);
    }

    private void Happens(ChatStreamEventKind kind, string text = "", string activity = "1") =>
        Assert.True(answers.Add(new() { Id = "1", Kind = kind, Call = "run/" + activity, Model = "m", Text = text }));
}
