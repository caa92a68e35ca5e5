using System.Text;
using System.Text.RegularExpressions;
using Holdfast.AI.Text;

namespace Holdfast.EmailSupport.Knowledge;

/// <summary>Cuts a Markdown file into passages: the text under each heading, and long texts between paragraphs.</summary>
internal static partial class MarkdownPassages
{
    /// <summary>The longest text of a passage, in characters: some of them go into every prompt.</summary>
    public const int MaxLength = 2_000;

    private const int MaxTitleLength = 200;

    /// <param name="file">The file's path below the knowledge folder, with slashes and without its ending.</param>
    public static IEnumerable<Passage> Of(string file, string markdown)
    {
        file = PlainText.CleanLine(file, MaxTitleLength);
        var used = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (headings, body) in Sections(PlainText.Clean(markdown)))
        {
            var title = PlainText.CleanLine(headings.Count > 0 ? string.Join(": ", headings) : Path.GetFileName(file), MaxTitleLength);
            var id = headings.Count > 0 && Slug(headings[^1]) is { Length: > 0 } slug ? $"{file}#{slug}" : file;
            foreach (var text in Cut(body))
            {
                var number = used[id] = used.GetValueOrDefault(id) + 1;
                yield return new(number == 1 ? id : $"{id}-{number}", title, text);
            }
        }
    }

    private static IEnumerable<(IReadOnlyList<string> Headings, string Body)> Sections(string markdown)
    {
        var headings = new SortedDictionary<int, string>();
        var body = new StringBuilder();
        var inCode = false;
        foreach (var line in FrontMatter().Replace(markdown, "").Split('\n'))
        {
            // A number sign within code is a comment.
            if (Fence().IsMatch(line))
                inCode = !inCode;
            if (inCode || Heading().Match(line) is not { Success: true } heading)
            {
                body.Append(line).Append('\n');
                continue;
            }

            yield return ([.. headings.Values], body.ToString());
            body.Clear();
            var level = heading.Groups["level"].Length;
            foreach (var lower in headings.Keys.Where(other => other >= level).ToList())
                headings.Remove(lower);
            headings[level] = heading.Groups["text"].Value;
        }

        yield return ([.. headings.Values], body.ToString());
    }

    private static IEnumerable<string> Cut(string body)
    {
        var piece = new StringBuilder();
        foreach (var paragraph in body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).SelectMany(Short))
        {
            if (piece.Length > 0 && piece.Length + paragraph.Length > MaxLength)
            {
                yield return piece.ToString();
                piece.Clear();
            }

            piece.Append(piece.Length > 0 ? "\n\n" : "").Append(paragraph);
        }

        if (piece.Length > 0)
            yield return piece.ToString();
    }

    private static IEnumerable<string> Short(string paragraph)
    {
        while (paragraph.Length > MaxLength)
        {
            var space = paragraph.LastIndexOfAny([' ', '\n'], MaxLength - 1);
            var head = space > 0 ? paragraph[..space] : PlainText.Cap(paragraph, MaxLength, "");
            yield return head.TrimEnd();
            paragraph = paragraph[head.Length..].TrimStart();
        }

        if (paragraph.Length > 0)
            yield return paragraph;
    }

    private static string Slug(string heading) => NoWord().Replace(heading.ToLowerInvariant(), "-").Trim('-');

    [GeneratedRegex(@"\A---\n.*?\n---\n", RegexOptions.Singleline)]
    private static partial Regex FrontMatter();

    [GeneratedRegex(@"^ {0,3}(```|~~~)")]
    private static partial Regex Fence();

    [GeneratedRegex(@"^ {0,3}(?<level>#{1,6})[ \t]+(?<text>.*?)[ \t]*#*[ \t]*$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{Nd}]+")]
    private static partial Regex NoWord();
}
