using Holdfast.AI.Chat;

namespace Holdfast.AI.Dashboard.LiveAnswers;

/// <summary>The newest answers of one run, put together from the events of its model calls.</summary>
internal sealed class LiveAnswers(string runId)
{
    // A call's answer is in the history once it is complete; the last ones tell what the run is about.
    private const int Kept = 3;

    private readonly List<LiveAnswer> answers = [];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<LiveAnswer> All => answers;

    /// <returns>Whether anything changed that is shown.</returns>
    public bool Add(ChatStreamEvent happened)
    {
        if (happened.Kind is ChatStreamEventKind.Reset)
        {
            answers.Clear();
            return true;
        }

        // The stream is the workflow's, earlier runs included.
        if (!happened.Call.StartsWith(runId + "/", StringComparison.Ordinal))
            return false;

        var at = answers.FindIndex(answer => answer.Call == happened.Call);
        if (at < 0)
        {
            answers.Add(new(happened.Call, happened.Model, "", happened.Kind));
            if (answers.Count > Kept)
                answers.RemoveAt(0);
            at = answers.Count - 1;
        }

        var known = answers[at];
        answers[at] = happened.Kind switch
        {
            ChatStreamEventKind.Started or ChatStreamEventKind.Restarted => known with { Text = "", Failure = null, Model = happened.Model, Last = happened.Kind },
            ChatStreamEventKind.Text => known with { Text = known.Text + happened.Text, Last = happened.Kind },
            ChatStreamEventKind.Tool => known with { Text = $"{known.Text}\n[asks for the tool {happened.Text}]\n", Last = happened.Kind },
            ChatStreamEventKind.Failed => known with { Failure = happened.Text, Last = happened.Kind },
            _ => known with { Last = happened.Kind },
        };
        return true;
    }
}
