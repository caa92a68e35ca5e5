namespace Holdfast.AI.Tracing.Sources;

/// <summary>How much a person changed a text: the fewest characters to insert, delete or replace (Levenshtein's distance), as a share of the longer text.</summary>
internal static class EditDistance
{
    /// <summary>
    /// The most characters that are compared with as many others. It bounds the work to 16 million steps, some 50 ms, once for an edited approval;
    /// drafts of e-mails are shorter, without the beginning and end that both texts share.
    /// </summary>
    internal const int MostCompared = 4_000;

    /// <returns>
    /// From 0 (the same) to 1 (nothing in common), rounded to four places. Where the texts differ for longer than <see cref="MostCompared"/> characters,
    /// it is that of the texts up to there.
    /// </returns>
    public static double Between(ReadOnlySpan<char> before, ReadOnlySpan<char> after)
    {
        var same = before.CommonPrefixLength(after);
        before = before[same..];
        after = after[same..];
        var shorter = Math.Min(before.Length, after.Length);
        var end = 0;
        while (end < shorter && before[^(end + 1)] == after[^(end + 1)])
            end++;
        same += end;
        before = Head(before[..^end]);
        after = Head(after[..^end]);

        var whole = same + Math.Max(before.Length, after.Length);
        return whole == 0 ? 0 : Math.Round((double)Steps(before, after) / whole, 4);
    }

    private static ReadOnlySpan<char> Head(ReadOnlySpan<char> text) => text.Length > MostCompared ? text[..MostCompared] : text;

    // One row of the table is kept: what it takes to turn the part of the text that was read so far into each beginning of the other.
    private static int Steps(ReadOnlySpan<char> before, ReadOnlySpan<char> after)
    {
        var row = new int[after.Length + 1];
        for (var column = 0; column < row.Length; column++)
            row[column] = column;
        for (var line = 0; line < before.Length; line++)
        {
            var diagonal = row[0];
            row[0] = line + 1;
            for (var column = 0; column < after.Length; column++)
            {
                var replaced = diagonal + (before[line] == after[column] ? 0 : 1);
                diagonal = row[column + 1];
                row[column + 1] = Math.Min(replaced, Math.Min(diagonal, row[column]) + 1);
            }
        }

        return row[^1];
    }
}
