using Holdfast.AI.Text;
using MimeKit;

namespace Holdfast.EmailSupport.Mail.Reading;

/// <summary>Reads delivery reports (RFC 3464): which mail of ours did not reach whom, and why.</summary>
internal static class Bounces
{
    private const int MaxReasonLength = 300;
    private const int MaxAddressLength = 254;

    /// <summary>The first recipient who did not get the mail; null when this is no such report.</summary>
    public static BounceReport? Of(MimeMessage message)
    {
        if (message.Body is not MultipartReport report || report.OfType<MessageDeliveryStatus>().FirstOrDefault() is not { } status)
            return null;

        var original = report.OfType<MessagePart>().FirstOrDefault()?.Message?.MessageId;
        foreach (var recipient in status.StatusGroups)
        {
            var action = recipient["Action"]?.Trim();
            var failed = string.Equals(action, "failed", StringComparison.OrdinalIgnoreCase);
            if (!failed && !string.Equals(action, "delayed", StringComparison.OrdinalIgnoreCase))
                continue;

            return new(
                Threading.CleanId(original),
                PlainText.CleanLine(Value(recipient["Final-Recipient"]), MaxAddressLength),
                failed,
                PlainText.CleanLine($"{recipient["Status"]} {Value(recipient["Diagnostic-Code"])}".Trim(), MaxReasonLength));
        }

        return null;
    }

    // "rfc822; ada@customer.example", "smtp; 550 5.1.1 no such user": the kind of value stands before it.
    private static string Value(string? typed) => typed is null ? "" : typed[(typed.IndexOf(';', StringComparison.Ordinal) + 1)..].Trim();
}
