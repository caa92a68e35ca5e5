namespace Holdfast.EmailSupport.Mail.Outbox;

/// <summary>Knows where to see that a mail of ours went out.</summary>
internal interface ISentProof
{
    /// <summary>Whether the mail has been seen. False: not yet, or it never went out.</summary>
    /// <exception cref="Exception">It cannot be told now.</exception>
    Task<bool> FoundAsync(string messageId, CancellationToken cancellationToken);
}
