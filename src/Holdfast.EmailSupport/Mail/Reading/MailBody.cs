using Holdfast.AI.Text;
using MimeKit;

namespace Holdfast.EmailSupport.Mail.Reading;

/// <summary>The words of a mail: its plain text, or its HTML made plain.</summary>
internal sealed record MailBody(string Text, IReadOnlyList<string> Notes)
{
    public static MailBody Of(MimeMessage message)
    {
        if (Plain(message.TextBody) is { Length: > 0 } plain)
            return new(plain, []);

        if (message.HtmlBody is { } html && HtmlText.Of(html) is var page)
        {
            var hidden = page.HadHiddenText ? (string[])["The mail is HTML and had text that a reader cannot see. That text was left out."] : [];
            return new(Plain(page.Text) is { Length: > 0 } text ? text : "(The mail has no text.)", hidden);
        }

        return new("(The mail has no text.)", []);
    }

    private static string Plain(string? text)
    {
        if (text is null)
            return "";

        // Runs of blank lines carry nothing and are a way to push text out of sight.
        var lines = PlainText.Clean(text).Split('\n').Select(line => line.TrimEnd());
        var kept = new List<string>();
        foreach (var line in lines)
        {
            if (line.Length > 0 || (kept.Count > 0 && kept[^1].Length > 0))
                kept.Add(line);
        }

        return string.Join('\n', kept).Trim();
    }
}
