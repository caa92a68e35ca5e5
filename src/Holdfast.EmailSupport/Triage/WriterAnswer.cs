using System.Text.RegularExpressions;
using Holdfast.AI.Models;
using Holdfast.AI.Text;
using Microsoft.Extensions.AI;

namespace Holdfast.EmailSupport.Triage;

/// <summary>The writer's answer, cleaned and looked over. Its words may repeat whatever a hostile mail put into them.</summary>
internal static partial class WriterAnswer
{
    private const int MaxBodyLength = 10_000;

    public static Draft Parse(ChatResponse answer)
    {
        var body = SubjectLine().Replace(PlainText.Clean(answer.Text).Trim(), "").Trim();
        return new(
            PlainText.Cap(body, MaxBodyLength, "…"),
            answer.ModelId ?? "unknown",
            answer.ModelId == OfflineChatClient.ModelId ? OfflineChatClient.Notice : null,
            [.. Warnings(body, answer.FinishReason == ChatFinishReason.Length)]);
    }

    private static IEnumerable<string> Warnings(string body, bool cutOff)
    {
        if (body.Length == 0)
            yield return "The draft is empty.";
        if (cutOff || body.Length > MaxBodyLength)
            yield return "The draft was cut off.";
        if (Link().IsMatch(body))
            yield return "The draft holds a link.";
        if (Address().IsMatch(body))
            yield return "The draft holds an e-mail address.";
        if (Placeholder().IsMatch(body))
            yield return "The draft holds a placeholder that somebody must fill in.";
        if (Secret().IsMatch(body))
            yield return "The draft holds what looks like a key or a password.";
    }

    [GeneratedRegex(@"\A(Subject|Betreff|Objet|Asunto)\s?:[^\n]*\n+", RegexOptions.IgnoreCase)]
    private static partial Regex SubjectLine();

    [GeneratedRegex(@"\b(https?|ftp|data|javascript|mailto)\s?:|\bwww\.|\b[a-z0-9-]+\.(com|net|org|io|info|biz|co|de|fr|es|uk|ru|cn|xyz|top|app|dev|ai|me|ly)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Link();

    // The forms in which keys of well-known services, private keys and login tokens are written, and a password that is named as one.
    [GeneratedRegex(@"\b(sk-[A-Za-z0-9_-]{8,}|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|xox[abp]-[A-Za-z0-9-]{10,}|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})|-----BEGIN [A-Z ]*PRIVATE KEY|\b(password|passwort|api key)( is)?\s*[:=]\s*\S+", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();

    [GeneratedRegex(@"[^\s@]+@[^\s@]+\.[^\s@]+")]
    private static partial Regex Address();

    [GeneratedRegex(@"\[[A-Z][^\]\n]{1,40}\]|\{\{?[^}\n]{1,40}\}?\}|<[A-Z_ ]{3,40}>")]
    private static partial Regex Placeholder();
}
