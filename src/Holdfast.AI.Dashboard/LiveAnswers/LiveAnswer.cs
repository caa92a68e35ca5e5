using Holdfast.AI.Chat;

namespace Holdfast.AI.Dashboard.LiveAnswers;

/// <summary>One model call of a run as far as it has come.</summary>
/// <param name="Call">The run and the activity: <see cref="ChatStreamEvent.Call"/>.</param>
/// <param name="Text">As the model writes it.</param>
/// <param name="Last">What happened last: whether it is written still, complete or failed.</param>
internal sealed record LiveAnswer(string Call, string Model, string Text, ChatStreamEventKind Last)
{
    /// <summary>Why the newest attempt failed; null: it did not.</summary>
    public string? Failure { get; init; }

    /// <summary>For people.</summary>
    public string Shown => Failure is null ? AnswerText.Of(Text) : $"{AnswerText.Of(Text)}\n[failed: {Failure}]";
}
