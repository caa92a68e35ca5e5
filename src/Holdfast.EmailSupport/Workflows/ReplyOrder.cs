using System.Globalization;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Reading;
using Holdfast.EmailSupport.Triage;

namespace Holdfast.EmailSupport.Workflows;

/// <summary>The reply that is to be sent: everything that goes into it, so that sending it again gives the same bytes.</summary>
public sealed record ReplyOrder
{
    /// <summary>The customer. Comes from the mail's own headers, never from a model.</summary>
    public required MailAddress To { get; init; }

    public required string Subject { get; init; }

    public required string Body { get; init; }

    /// <summary>Counts the replies of a case, from 1.</summary>
    public int Number { get; init; } = 1;

    /// <summary>The Date header.</summary>
    public DateTimeOffset Date { get; init; }

    public string? InReplyTo { get; init; }

    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Set when the writer was no model: it is told in a header of the mail.</summary>
    public string? WriterNotice { get; init; }

    /// <summary>
    /// The seal of what a person approved: the body, bound to recipient and subject. Null when the reply goes out on its own, which
    /// its headers then say.
    /// </summary>
    public string? Seal { get; init; }

    /// <summary>What tells this mail from the others of the case, see <see cref="OwnMessageId"/>.</summary>
    internal string Part => Number <= 1 ? "reply" : string.Create(CultureInfo.InvariantCulture, $"reply-{Number}");

    internal static ReplyOrder For(EmailMessage email, Draft draft, int number) => new()
    {
        Number = number,
        To = email.ReplyTo,
        Subject = Threading.ReplySubject(email.Subject),
        Body = draft.Body,
        InReplyTo = email.MessageId,
        References = Threading.ReplyReferences(email.References, email.MessageId),
        WriterNotice = draft.Notice is null ? null : draft.Model,
    };
}
