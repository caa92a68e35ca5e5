namespace Holdfast.AI.Tracing.Outbox;

/// <summary>Where an item stands. The numbers are stored.</summary>
internal enum ItemState
{
    /// <summary>A span that has not ended.</summary>
    Open = 0,

    /// <summary>Complete, to be sent.</summary>
    Waiting = 1,

    /// <summary>In a batch that is being sent. It does not change any more.</summary>
    Batched = 2,

    Sent = 3,

    /// <summary>Langfuse does not take it.</summary>
    Refused = 4,

    /// <summary>Never sent, because too much waited.</summary>
    GivenUp = 5,
}
