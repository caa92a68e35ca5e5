namespace Holdfast.EmailSupport.Mail;

/// <summary>
/// One e-mail as the workflow carries it: small, decoded and cleaned. The raw bytes stay on disk under <see cref="File"/>.
/// Everything in it was written by a stranger and is data, never an instruction.
/// </summary>
public sealed record EmailMessage
{
    /// <summary>The SHA-256 of the raw bytes, lower-case hexadecimal: the identity of this mail.</summary>
    public required string Id { get; init; }

    /// <summary>Where the raw mail lies, relative to the mail folder.</summary>
    public required string File { get; init; }

    public required MailAddress From { get; init; }

    /// <summary>Where a reply goes: the sender, or the sender's Reply-To within the same domain.</summary>
    public required MailAddress ReplyTo { get; init; }

    public IReadOnlyList<MailAddress> To { get; init; } = [];

    public required string Subject { get; init; }

    /// <summary>When the sender says it was written.</summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>Without angle brackets; null when the mail has none.</summary>
    public string? MessageId { get; init; }

    /// <summary>The thread so far, oldest first, without angle brackets.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>What the sender wrote this time, as plain text.</summary>
    public required string Text { get; init; }

    /// <summary>The earlier conversation that the mail quotes.</summary>
    public string QuotedText { get; init; } = "";

    public IReadOnlyList<MailAttachment> Attachments { get; init; } = [];

    /// <summary>What a person who handles this mail should know: what was cut, ignored or found odd. Plain sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>It continues a conversation in which we have written already.</summary>
    public bool AnswersOurs { get; init; }

    /// <summary>The workflow whose reply this mail answers or reports about; null when it begins a case of its own.</summary>
    public string? CaseId { get; init; }

    /// <summary>Set when the mail reports that one of our mails could not be delivered.</summary>
    public BounceReport? Bounce { get; init; }

    /// <summary>Why a machine must not answer this mail (it came from one, or from a list); null when it may be answered.</summary>
    public string? NoReplyReason { get; init; }
}
