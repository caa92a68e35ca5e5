using System.Globalization;
using System.Text;

namespace Holdfast.AI.Text;

/// <summary>
/// Text that came from outside (a model, a human's form, a customer) made safe to show, to compare and to send on.
/// </summary>
public static class PlainText
{
    /// <summary>
    /// Removes what a reader cannot see but a program obeys: control characters except line feed and tab, zero-width and
    /// bidirectional marks, Unicode tag characters and lone surrogates. Line ends become <c>\n</c>.
    /// </summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.ReplaceLineEndings("\n").EnumerateRunes())
        {
            // A lone surrogate enumerates as U+FFFD, which is visible and harmless.
            if (!IsInvisible(rune))
                clean.Append(rune);
        }

        return clean.ToString();
    }

    /// <summary>The same for one line: line feeds and tabs become spaces, runs of spaces one space, and the length is capped.</summary>
    /// <param name="maxLength">The most characters to keep. A cut is shown by a final ellipsis.</param>
    public static string CleanLine(string text, int maxLength)
    {
        var words = Clean(text).Split([' ', '\n', '\t', '\u00a0'], StringSplitOptions.RemoveEmptyEntries);
        return Cap(string.Join(' ', words), maxLength, "…");
    }

    /// <summary>Cuts a text that is too long, never through a surrogate pair, and puts <paramref name="mark"/> at its end.</summary>
    public static string Cap(string text, int maxLength, string mark)
    {
        if (text.Length <= maxLength)
            return text;

        var end = Math.Max(0, maxLength - mark.Length);
        if (end > 0 && char.IsHighSurrogate(text[end - 1]))
            end--;
        return text[..end] + mark;
    }

    private static bool IsInvisible(Rune rune) => rune.Value switch
    {
        '\n' or '\t' => false,
        0x00AD or 0x034F or 0x061C or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x180E or 0x2800 or 0x3164 or 0xFEFF or 0xFFA0 => true,
        >= 0x200B and <= 0x200F => true,
        >= 0x2028 and <= 0x202E => true,
        >= 0x2060 and <= 0x206F => true,
        >= 0xFFF9 and <= 0xFFFB => true,
        >= 0xE0000 and <= 0xE0FFF => true,
        _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control,
    };
}
