using System.Text;
using System.Text.RegularExpressions;

namespace Holdfast.AI.Secrets;

/// <summary>
/// Blots secrets out of texts that are kept or shown: those in use in this process, whole or in recognisable parts (providers quote parts of a key
/// that they refuse), and whatever looks like a provider's key.
/// </summary>
/// <remarks>
/// Those in use are known to the whole process and not to one call's flow alone: the text of one call's failure may be written by another's thread.
/// </remarks>
public static partial class Redaction
{
    private const string Blot = "***";

    // As long as what providers quote, and long enough not to be found by chance.
    private const int PartLength = 8;

    private static readonly Lock Gate = new();
    private static Dictionary<string, int> inUse = new(StringComparer.Ordinal);

    /// <summary>Blots this secret out of every text until the result is disposed.</summary>
    public static IDisposable Hide(Secret secret)
    {
        var text = secret.Reveal();
        Count(text, +1);
        return new Hidden(text);
    }

    /// <summary>The text without secrets.</summary>
    public static string Clean(string text)
    {
        if (text.Length == 0)
            return text;

        // Copied on every change: readers need no lock.
        foreach (var secret in Volatile.Read(ref inUse).Keys)
            text = WithoutPartsOf(secret, text);
        return Patterns().Replace(text, match => match.Groups["keep"].Value + Blot);
    }

    /// <summary>The exception, or one that stands for it when its text, or that of one within it, holds a secret.</summary>
    public static Exception Clean(Exception exception)
    {
        var text = exception.ToString();
        var clean = Clean(text);
        return clean == text ? exception : new RedactedException(clean);
    }

    private static string WithoutPartsOf(string secret, string text)
    {
        if (secret.Length < PartLength)
            return secret.Length < 4 ? text : text.Replace(secret, Blot, StringComparison.Ordinal);

        StringBuilder? clean = null;
        var copied = 0;
        for (var at = 0; at + PartLength <= text.Length; at++)
        {
            if (!secret.AsSpan().Contains(text.AsSpan(at, PartLength), StringComparison.Ordinal))
                continue;

            var end = at + PartLength;
            while (end < text.Length && secret.AsSpan().Contains(text.AsSpan(end - PartLength + 1, PartLength), StringComparison.Ordinal))
                end++;
            (clean ??= new()).Append(text, copied, at - copied).Append(Blot);
            copied = end;
            at = end - 1;
        }

        return clean is null ? text : clean.Append(text, copied, text.Length - copied).ToString();
    }

    private static void Count(string secret, int change)
    {
        if (secret.Length == 0)
            return;

        lock (Gate)
        {
            var next = new Dictionary<string, int>(inUse, StringComparer.Ordinal);
            next[secret] = next.GetValueOrDefault(secret) + change;
            if (next[secret] <= 0)
                next.Remove(secret);
            Volatile.Write(ref inUse, next);
        }
    }

    // Asterisks and dots are among the characters because providers mask the middle of what they quote.
    [GeneratedRegex(
        """
        \b(sk|pk)-(ant|lf|proj|svcacct|or)-[A-Za-z0-9_*.…-]{4,}
        | \bsk-[A-Za-z0-9_*.…-]{16,}
        | \bAIza[0-9A-Za-z_-]{35}
        | \b(AKIA|ASIA)[0-9A-Z]{16}\b
        | \bgsk_[A-Za-z0-9]{16,}
        | \bxai-[A-Za-z0-9]{16,}
        | (?<keep>\bBearer\s+)[A-Za-z0-9._~+/=-]{8,}
        | (?<keep>\b(x-api-key|api-key|authorization)["']?\s*[:=]\s*["']?)(?!Bearer\b)[^\s"',;]{6,}
        | (?<keep>[?&](key|api_?key|access_token)=)[^&\s"']+
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Patterns();

    private sealed class Hidden(string secret) : IDisposable
    {
        private int disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0)
                Count(secret, -1);
        }
    }
}
