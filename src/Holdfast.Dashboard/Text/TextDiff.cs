namespace Holdfast.Dashboard.Text;

/// <summary>
/// What a person changed in a text, line by line and within a changed line word by word, by longest common subsequence.
/// </summary>
internal static class TextDiff
{
    // The table of the algorithm has this many cells at most: about 30 ms and 16 MB. Beyond that the texts have so little in
    // common, or are so long, that "all of this became all of that" is as good an answer.
    private const int MostCells = 4_000_000;

    // Same lines shown around a change.
    private const int ContextLines = 2;

    public static IReadOnlyList<DiffLine> Compare(string before, string after)
    {
        var lines = new List<DiffLine>();
        var removed = new List<string>();
        var added = new List<string>();
        foreach (var (kind, line) in Edits(Lines(before), Lines(after)))
        {
            switch (kind)
            {
                case DiffKind.Removed:
                    removed.Add(line);
                    break;
                case DiffKind.Added:
                    added.Add(line);
                    break;
                default:
                    Flush();
                    lines.Add(new(DiffKind.Same, [new(line, false)]));
                    break;
            }
        }

        Flush();
        return WithGaps(lines);

        void Flush()
        {
            // Lines that changed in place are compared word by word; otherwise it would be guesswork which became which.
            var pairs = removed.Count == added.Count ? removed.Zip(added).Select(pair => Words(pair.First, pair.Second)).ToList() : null;
            lines.AddRange(removed.Select((line, i) => new DiffLine(DiffKind.Removed, pairs?[i].Before ?? [new(line, true)])));
            lines.AddRange(added.Select((line, i) => new DiffLine(DiffKind.Added, pairs?[i].After ?? [new(line, true)])));
            removed.Clear();
            added.Clear();
        }
    }

    /// <summary>Whether two texts are the same but for how their lines end.</summary>
    public static bool AreSame(string before, string after) =>
        string.Equals(before.ReplaceLineEndings("\n"), after.ReplaceLineEndings("\n"), StringComparison.Ordinal);

    private static string[] Lines(string text) => text.ReplaceLineEndings("\n").Split('\n');

    private static (List<DiffPart> Before, List<DiffPart> After) Words(string before, string after)
    {
        var (left, right) = (new List<DiffPart>(), new List<DiffPart>());
        foreach (var (kind, word) in Edits(Tokens(before), Tokens(after)))
        {
            if (kind is not DiffKind.Added)
                Append(left, word, kind is DiffKind.Removed);
            if (kind is not DiffKind.Removed)
                Append(right, word, kind is DiffKind.Added);
        }

        return (Joined(left), Joined(right));

        // A space that happens to be the same between two changed words is no reason to show two changes.
        static List<DiffPart> Joined(List<DiffPart> parts)
        {
            for (var i = parts.Count - 2; i > 0; i--)
            {
                if (parts[i].IsChanged || !string.IsNullOrWhiteSpace(parts[i].Text))
                    continue;

                parts[i - 1] = new(parts[i - 1].Text + parts[i].Text + parts[i + 1].Text, true);
                parts.RemoveRange(i, 2);
                i--;
            }

            return parts;
        }

        static void Append(List<DiffPart> parts, string text, bool isChanged)
        {
            if (parts.Count > 0 && parts[^1].IsChanged == isChanged)
                parts[^1] = new(parts[^1].Text + text, isChanged);
            else
                parts.Add(new(text, isChanged));
        }
    }

    // Words, and what stands between them, each as one token; letters of scripts without spaces one by one.
    private static string[] Tokens(string line)
    {
        var tokens = new List<string>();
        var start = 0;
        for (var i = 1; i <= line.Length; i++)
        {
            if (i < line.Length && ClassOf(line[i]) is not 0 and var kind && kind == ClassOf(line[i - 1]))
                continue;
            // A character outside the basic plane is two; cut between them neither could be shown.
            if (i < line.Length && char.IsLowSurrogate(line[i]))
                continue;

            tokens.Add(line[start..i]);
            start = i;
        }

        return [.. tokens];

        static int ClassOf(char c) => char.IsWhiteSpace(c) ? 1 : c < '\u2e80' && char.IsLetterOrDigit(c) ? 2 : 0;
    }

    private static IEnumerable<(DiffKind Kind, string Item)> Edits(string[] before, string[] after)
    {
        var head = 0;
        while (head < before.Length && head < after.Length && before[head] == after[head])
            head++;
        var tail = 0;
        while (tail < before.Length - head && tail < after.Length - head && before[^(tail + 1)] == after[^(tail + 1)])
            tail++;

        for (var i = 0; i < head; i++)
            yield return (DiffKind.Same, before[i]);
        foreach (var edit in Middle(before[head..^tail], after[head..^tail]))
            yield return edit;
        for (var i = before.Length - tail; i < before.Length; i++)
            yield return (DiffKind.Same, before[i]);
    }

    private static IEnumerable<(DiffKind Kind, string Item)> Middle(string[] before, string[] after)
    {
        if ((long)before.Length * after.Length > MostCells)
            return [.. before.Select(item => (DiffKind.Removed, item)), .. after.Select(item => (DiffKind.Added, item))];

        // common[i, j]: the length of the longest common subsequence of before[i..] and after[j..].
        var common = new int[before.Length + 1, after.Length + 1];
        for (var i = before.Length - 1; i >= 0; i--)
        {
            for (var j = after.Length - 1; j >= 0; j--)
                common[i, j] = before[i] == after[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        var edits = new List<(DiffKind, string)>();
        var (x, y) = (0, 0);
        while (x < before.Length || y < after.Length)
        {
            if (x < before.Length && y < after.Length && before[x] == after[y])
            {
                edits.Add((DiffKind.Same, before[x++]));
                y++;
            }
            else if (x < before.Length && (y == after.Length || common[x + 1, y] >= common[x, y + 1]))
            {
                edits.Add((DiffKind.Removed, before[x++]));
            }
            else
            {
                edits.Add((DiffKind.Added, after[y++]));
            }
        }

        return edits;
    }

    private static List<DiffLine> WithGaps(List<DiffLine> lines)
    {
        var result = new List<DiffLine>();
        for (var i = 0; i < lines.Count;)
        {
            var end = i;
            while (end < lines.Count && lines[end].Kind is DiffKind.Same)
                end++;

            var lead = i == 0 ? 0 : ContextLines;
            var trail = end == lines.Count ? 0 : ContextLines;
            var hidden = end - i - lead - trail;
            // A gap in place of a single line would save nothing.
            if (hidden > 1)
            {
                result.AddRange(lines.GetRange(i, lead));
                result.Add(new(DiffKind.Gap, [new($"{hidden} lines unchanged", false)]));
                result.AddRange(lines.GetRange(end - trail, trail));
            }
            else
            {
                result.AddRange(lines.GetRange(i, end - i));
            }

            if (end < lines.Count)
                result.Add(lines[end++]);
            i = end;
        }

        return result;
    }
}
