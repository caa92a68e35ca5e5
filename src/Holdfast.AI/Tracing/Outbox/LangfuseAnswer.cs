namespace Holdfast.AI.Tracing.Outbox;

/// <summary>What Langfuse said to a batch.</summary>
internal abstract record LangfuseAnswer
{
    private LangfuseAnswer()
    {
    }

    internal sealed record Taken : LangfuseAnswer;

    /// <param name="Reasons">Why not, by the id of each item that was not taken.</param>
    internal sealed record TakenInPart(IReadOnlyDictionary<string, string> Reasons) : LangfuseAnswer;

    /// <summary>Try again later. It may or may not have been taken.</summary>
    internal sealed record Later(string Problem, TimeSpan? After) : LangfuseAnswer;

    /// <summary>Something in it is wrong, or there is too much of it; nothing of it was taken.</summary>
    internal sealed record Refused(string Problem) : LangfuseAnswer;

    /// <summary>Nothing can be sent before a person changed something: keys, address, the project's state.</summary>
    internal sealed record NotAllowed(string Problem) : LangfuseAnswer;
}
