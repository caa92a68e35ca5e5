using System.Globalization;
using System.Text;

namespace Holdfast.Dashboard.Text;

/// <summary>
/// Text from strangers, with the characters that would deceive a reader made visible: what turns the reading direction
/// around, and what takes no space. Markup needs no care here, since pages encode all text.
/// </summary>
internal static class VisibleText
{
    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return text;

        StringBuilder? result = null;
        var copied = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!IsDeceptive(text, i))
                continue;

            result ??= new StringBuilder(text.Length + 16);
            result.Append(text, copied, i - copied);
            result.Append(CultureInfo.InvariantCulture, $"⟦U+{(int)text[i]:X4}⟧");
            copied = i + 1;
        }

        return result is null ? text : result.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>How many such characters a text holds.</summary>
    public static int CountDeceptive(string text)
    {
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (IsDeceptive(text, i))
                count++;
        }

        return count;
    }

    private static bool IsDeceptive(string text, int i) => text[i] switch
    {
        '\t' or '\n' or '\r' => false,
        // Joiners are part of emoji and of several scripts; alone between Latin letters they hide something.
        '\u200c' or '\u200d' => i > 0 && char.IsAsciiLetterOrDigit(text[i - 1]),
        // A byte order mark at the very beginning is an accident of encoding.
        '\ufeff' => i > 0,
        // Soft hyphens are common in HTML mail and harmless.
        '\u00ad' => false,
        var c => char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format,
    };
}
