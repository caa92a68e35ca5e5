using System.Text;

namespace Holdfast.Storage.Postgres;

/// <summary>
/// Texts as the database holds them. PostgreSQL knows no U+0000, which a workflow id may well contain: that and the escape character itself stand
/// as two characters. All other texts stay what they are, and prefixes stay prefixes.
/// </summary>
internal static class StoredText
{
    private const char Escape = '\u001b';
    private const char Zero = '0';
    private const char Itself = 'e';

    public static string From(string text)
    {
        if (text.AsSpan().IndexOfAny('\0', Escape) < 0)
            return text;

        var stored = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (c == '\0')
                stored.Append(Escape).Append(Zero);
            else if (c == Escape)
                stored.Append(Escape).Append(Itself);
            else
                stored.Append(c);
        }

        return stored.ToString();
    }

    public static string ToText(string stored)
    {
        if (!stored.Contains(Escape))
            return stored;

        var text = new StringBuilder(stored.Length);
        for (var i = 0; i < stored.Length; i++)
        {
            if (stored[i] != Escape || i + 1 == stored.Length)
                text.Append(stored[i]);
            else
                text.Append(stored[++i] == Zero ? '\0' : Escape);
        }

        return text.ToString();
    }
}
