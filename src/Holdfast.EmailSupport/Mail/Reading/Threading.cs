using MimeKit;

namespace Holdfast.EmailSupport.Mail.Reading;

/// <summary>The headers that hold a conversation together: Message-ID, In-Reply-To and References.</summary>
internal static class Threading
{
    // Long threads: clients need the first (the thread's root) and the newest ids, not all of them.
    private const int MaxReferences = 21;
    private const int MaxIdLength = 250;

    /// <summary>The ids that this mail refers to, oldest first, cut to the first and the newest twenty.</summary>
    public static IReadOnlyList<string> ReferencesOf(MimeMessage message)
    {
        var ids = message.References.Append(message.InReplyTo).Select(CleanId).OfType<string>().Distinct().ToList();
        return ids.Count <= MaxReferences ? ids : [ids[0], .. ids[^(MaxReferences - 1)..]];
    }

    /// <summary>A Message-ID that is safe to write into a header, or null: ids are opaque but must be one visible word.</summary>
    public static string? CleanId(string? id) =>
        id is { Length: > 0 and <= MaxIdLength } && id.All(c => c is > ' ' and < '\u007f' and not '<' and not '>') ? id : null;

    /// <summary>What a reply's References header holds: the parent's references and the parent.</summary>
    public static IReadOnlyList<string> ReplyReferences(IReadOnlyList<string> parentReferences, string? parentId)
    {
        var ids = parentId is null ? [.. parentReferences] : parentReferences.Where(id => id != parentId).Append(parentId).ToList();
        return ids.Count <= MaxReferences ? ids : [ids[0], .. ids[^(MaxReferences - 1)..]];
    }

    /// <summary><c>Re: </c> once, whatever chain of prefixes in several languages the subject already has.</summary>
    public static string ReplySubject(string subject)
    {
        var rest = subject.AsSpan().Trim();
        while (PrefixLength(rest) is var length and > 0)
            rest = rest[length..].TrimStart();
        return rest.IsEmpty ? "Re: your message" : $"Re: {rest}";
    }

    // Re, and what other languages' mail programs write for it (German, Swedish, Italian, French). A forward stays named as one.
    private static int PrefixLength(ReadOnlySpan<char> subject)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["re", "aw", "sv", "rif", "ref", "antw"])
        {
            if (!subject.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                continue;

            var end = prefix.Length;
            // "Re[2]:" and "RE (3):" count repetitions.
            if (end < subject.Length && subject[end] is ('[' or '(') && subject[end..].IndexOfAny(']', ')') is var close and > 0 and <= 4)
                end += close + 1;
            while (end < subject.Length && subject[end] is (' ' or '\u00a0'))
                end++;
            if (end < subject.Length && subject[end] is (':' or '：'))
                return end + 1;
        }

        return 0;
    }
}
