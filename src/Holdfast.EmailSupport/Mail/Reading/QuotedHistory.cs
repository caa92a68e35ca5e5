using System.Text.RegularExpressions;

namespace Holdfast.EmailSupport.Mail.Reading;

/// <summary>Parts what the sender wrote this time from the earlier mails that are quoted below it.</summary>
internal static partial class QuotedHistory
{
    // An attribution line may be wrapped by the mail program over this many lines.
    private const int MaxAttributionLines = 3;

    /// <summary>
    /// The new text and the quoted rest. A mail that is nothing but quotation is all new text, since something must be read.
    /// </summary>
    public static (string Text, string Quoted) Split(string body)
    {
        var lines = body.Split('\n');
        var start = FirstQuotedLine(lines);
        // Answers between quoted lines are new text: only a quotation that runs to the end is history.
        var text = string.Join('\n', lines[..start]).Trim();
        var quoted = string.Join('\n', lines[start..]).Trim();
        return text.Length == 0 ? (quoted, "") : (text, quoted);
    }

    private static int FirstQuotedLine(string[] lines)
    {
        for (var index = 0; index < lines.Length; index++)
        {
            if (Divider().IsMatch(lines[index]) || IsOutlookHeader(lines, index))
                return index;

            if (IsAttribution(lines, index, out var next) && QuotedToTheEnd(lines, next))
                return index;
        }

        var last = lines.Length;
        while (last > 0 && (lines[last - 1].StartsWith('>') || string.IsNullOrWhiteSpace(lines[last - 1])))
            last--;
        return last;
    }

    private static bool IsAttribution(string[] lines, int index, out int next)
    {
        next = index;
        if (!AttributionStart().IsMatch(lines[index]))
            return false;

        var joined = "";
        for (; next < lines.Length && next < index + MaxAttributionLines; next++)
        {
            joined += " " + lines[next].Trim();
            if (joined.EndsWith(':') && AttributionVerb().IsMatch(joined))
            {
                next++;
                return true;
            }
        }

        return false;
    }

    private static bool QuotedToTheEnd(string[] lines, int index) =>
        index < lines.Length && lines[index..].All(line => line.StartsWith('>') || string.IsNullOrWhiteSpace(line));

    // Outlook quotes with a block of headers and no marks: From, then Sent or Date, then To or Subject.
    private static bool IsOutlookHeader(string[] lines, int index) =>
        index + 2 < lines.Length && OutlookFrom().IsMatch(lines[index]) && OutlookSent().IsMatch(lines[index + 1]);

    [GeneratedRegex(@"^\s*-{2,}\s*(Original Message|Original-Nachricht|Ursprüngliche Nachricht|Message d'origine|Mensaje original|Forwarded message)\s*-{2,}\s*$|^_{20,}\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex Divider();

    [GeneratedRegex(@"^\s*(On|Am|Le|El|Il|Op|Den)\s.{4,}", RegexOptions.None)]
    private static partial Regex AttributionStart();

    [GeneratedRegex(@"\b(wrote|schrieb|a écrit|escribió|ha scritto|schreef|skrev)\b", RegexOptions.IgnoreCase)]
    private static partial Regex AttributionVerb();

    [GeneratedRegex(@"^\s*\*?(From|Von|De|Da)\s?:\*?\s.*\S", RegexOptions.None)]
    private static partial Regex OutlookFrom();

    [GeneratedRegex(@"^\s*\*?(Sent|Date|Gesendet|Datum|Envoyé|Enviado|Fecha)\s?:\*?\s.*\S", RegexOptions.None)]
    private static partial Regex OutlookSent();
}
