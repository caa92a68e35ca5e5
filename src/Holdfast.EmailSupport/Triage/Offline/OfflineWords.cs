namespace Holdfast.EmailSupport.Triage.Offline;

/// <summary>Words of a text, in lower case.</summary>
internal static class OfflineWords
{
    public static IReadOnlyList<string> In(string text)
    {
        var words = new List<string>();
        var start = -1;
        for (var index = 0; index <= text.Length; index++)
        {
            var inside = index < text.Length && (char.IsLetterOrDigit(text[index]) || text[index] is '\'' or '-');
            if (inside && start < 0)
                start = index;
            if (inside || start < 0)
                continue;

            words.Add(text[start..index].ToLowerInvariant());
            start = -1;
        }

        return words;
    }

    /// <summary>How many of the phrases occur. A phrase is matched at the start of a word: "refund" finds "refunds", "abo " only "abo".</summary>
    public static int Hits(string text, IEnumerable<string> phrases)
    {
        var joined = " " + string.Join(' ', In(text)) + " ";
        return phrases.Count(phrase => joined.Contains(" " + phrase, StringComparison.Ordinal));
    }
}
