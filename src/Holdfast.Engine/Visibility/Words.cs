using System.Collections.Immutable;

namespace Holdfast.Engine.Visibility;

/// <summary>The words of a text attribute: runs of letters and digits, without regard to case.</summary>
public static class Words
{
    public static ImmutableArray<string> Of(string text)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        var start = 0;
        while (start < text.Length)
        {
            var end = start;
            while (end < text.Length && char.IsLetterOrDigit(text[end]))
                end++;
            if (end > start)
                words.Add(text[start..end].ToUpperInvariant());
            start = end + 1;
        }

        return words.ToImmutable();
    }

    /// <summary>Whether the text holds one of the words, as <see cref="Of"/> gave them.</summary>
    public static bool Hold(string text, ImmutableArray<string> sought) => Of(text).Any(sought.Contains);
}
