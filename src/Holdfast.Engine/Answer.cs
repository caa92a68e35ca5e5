namespace Holdfast.Engine;

/// <summary>What a request came to: a reply or a refusal, never both.</summary>
public readonly struct Answer<TReply>
{
    private readonly TReply? reply;

    private Answer(TReply? reply, Refusal? refusal)
    {
        this.reply = reply;
        Refusal = refusal;
    }

    /// <summary>Why not, or null when there is a reply.</summary>
    public Refusal? Refusal { get; }

    /// <summary>The reply. Asking for it after a refusal is a bug.</summary>
    public TReply Reply => Refusal is null
        ? reply!
        : throw new InvalidOperationException($"There is no reply, the request was refused: {Refusal.Code} {Refusal.Message}");

    public static implicit operator Answer<TReply>(TReply reply) => new(reply, null);

    public static implicit operator Answer<TReply>(Refusal refusal) => new(default, refusal);
}
