using Holdfast.AI.Text;
using MimeKit;

namespace Holdfast.EmailSupport.Mail.Reading;

/// <summary>
/// Recognises mail that a machine must not answer (RFC 3834 and what mail programs really send): answers would loop, reach a
/// list of strangers, or go to an address that nobody reads.
/// </summary>
internal static class AutomaticMail
{
    // Headers whose presence alone marks a mailing list or bulk mail.
    private static readonly string[] ListHeaders = ["List-Id", "List-Unsubscribe", "List-Post", "Mailing-List"];

    private static readonly string[] ResponderHeaders = ["X-Autoreply", "X-Autorespond", "X-Auto-Reply-From"];

    private static readonly string[] RobotNames =
        ["mailer-daemon", "postmaster", "no-reply", "noreply", "no_reply", "do-not-reply", "donotreply", "do_not_reply", "listserv", "majordomo"];

    /// <summary>The reason not to answer as a sentence, or null when a person seems to have written.</summary>
    public static string? Reason(MimeMessage message, MailAddress from, MailIdentity identity) =>
        OwnMail(message, from, identity)
        ?? Bounce(message)
        ?? AutomaticReply(message)
        ?? BulkMail(message)
        ?? Robot(from);

    private static string? OwnMail(MimeMessage message, MailAddress from, MailIdentity identity)
    {
        if (string.Equals(from.Address, identity.Address.Address, StringComparison.OrdinalIgnoreCase))
            return $"It comes from our own address {from.Address}.";

        return message.MessageId is { } id && OwnMessageId.IsOurs(id, identity)
            ? "It is a mail that we sent ourselves."
            : null;
    }

    private static string? Bounce(MimeMessage message)
    {
        if (message.Body?.ContentType is { } type
            && (type.IsMimeType("multipart", "report") || type.IsMimeType("message", "delivery-status") || type.IsMimeType("message", "disposition-notification")))
            return "It is a delivery report.";

        if (Header(message, "Return-Path") is { } path && path.Trim() is "<>")
            return "It is a bounce or an automatic mail (empty Return-Path).";

        return Header(message, "X-Failed-Recipients") is not null ? "It is a delivery report (X-Failed-Recipients)." : null;
    }

    private static string? AutomaticReply(MimeMessage message)
    {
        if (Header(message, "Auto-Submitted") is { } submitted && !FirstWord(submitted).Equals("no", StringComparison.OrdinalIgnoreCase))
            return $"It is an automatic mail (Auto-Submitted: {Show(submitted)}).";

        if (Header(message, "X-Auto-Response-Suppress") is { } suppress
            && suppress.Split(',', StringSplitOptions.TrimEntries).Any(word =>
                word.Equals("All", StringComparison.OrdinalIgnoreCase) || word.Equals("AutoReply", StringComparison.OrdinalIgnoreCase)
                || word.Equals("OOF", StringComparison.OrdinalIgnoreCase)))
            return $"Its sender asks for no automatic answer (X-Auto-Response-Suppress: {Show(suppress)}).";

        return Array.Find(ResponderHeaders, name => Header(message, name) is not null) is { } header
            ? $"It is an automatic reply ({header})."
            : Header(message, "X-Loop") is not null ? "It went through an automatic mail program already (X-Loop)." : null;
    }

    private static string? BulkMail(MimeMessage message)
    {
        if (Header(message, "Precedence") is { } precedence
            && FirstWord(precedence).ToLowerInvariant() is ("bulk" or "junk" or "list" or "auto_reply"))
            return $"It is bulk or list mail (Precedence: {Show(precedence)}).";

        return Array.Find(ListHeaders, name => Header(message, name) is not null) is { } header
            ? $"It comes from a mailing list ({header})."
            : null;
    }

    private static string? Robot(MailAddress from)
    {
        var name = from.Address[..from.Address.LastIndexOf('@')].ToLowerInvariant();
        var robot = RobotNames.Any(robot => name == robot || name.StartsWith(robot + "+", StringComparison.Ordinal))
            || name.StartsWith("bounce", StringComparison.Ordinal)
            || name.StartsWith("owner-", StringComparison.Ordinal)
            || name.EndsWith("-request", StringComparison.Ordinal)
            || name.EndsWith("-bounces", StringComparison.Ordinal);
        return robot ? $"Nobody reads its sender's address {from.Address}." : null;
    }

    private static string? Header(MimeMessage message, string name) => message.Headers[name];

    private static string FirstWord(string value) => value.Split(';', 2)[0].Trim();

    private static string Show(string value) => PlainText.CleanLine(value, 60);
}
