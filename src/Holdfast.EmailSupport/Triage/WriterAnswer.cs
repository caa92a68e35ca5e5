using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Holdfast.AI.Models;
using Holdfast.AI.Text;
using Holdfast.EmailSupport.Knowledge;
using Microsoft.Extensions.AI;

namespace Holdfast.EmailSupport.Triage;

/// <summary>The writer's answer, cleaned and looked over. Its words may repeat whatever a hostile mail put into them.</summary>
internal sealed partial record WriterAnswer
{
    private const int MaxBodyLength = 10_000;

    [JsonPropertyName("reply")]
    public string? Reply { get; init; }

    [JsonPropertyName("citations")]
    public IReadOnlyList<string?>? Citations { get; init; }

    [JsonPropertyName("confidence")]
    public double? Confidence { get; init; }

    /// <param name="offered">The passages that the writer was given: it can have used no others.</param>
    /// <param name="lastWord">Whether an answer that names passages wrongly is taken, with a warning, rather than asked for again.</param>
    /// <exception cref="JsonException">It is not the JSON that was asked for; asked again, the model may give it.</exception>
    public static Draft Parse(ChatResponse answer, IReadOnlyList<Passage> offered, bool lastWord)
    {
        var parsed = Deserialize(answer.Text);
        var body = SubjectLine().Replace(PlainText.Clean(parsed.Reply!).Trim(), "").Trim();
        var cited = (parsed.Citations ?? []).OfType<string>().Distinct().ToList();
        var used = offered.Where(passage => cited.Contains(passage.Id)).ToList();
        var warnings = Warnings(body).ToList();
        if (used.Count < cited.Count)
        {
            if (!lastWord)
                throw new JsonException("It cites passages that are not in <knowledge>. Cite only ids that are there, exactly as they are written.");
            warnings.Add("The draft cites knowledge that does not exist.");
        }

        if (Names(body, offered))
        {
            if (!lastWord)
                throw new JsonException("The reply holds the id of a passage. Ids belong into citations alone.");
            warnings.Add("The draft names one of our knowledge files.");
        }

        return new(
            PlainText.Cap(body, MaxBodyLength, "…"),
            answer.ModelId ?? "unknown",
            answer.ModelId == OfflineChatClient.ModelId ? OfflineChatClient.Notice : null,
            warnings)
        {
            Citations = [.. used.Select(passage => new Citation(passage.Id, passage.Title))],
            Confidence = parsed.Confidence is { } confidence && double.IsFinite(confidence) ? Math.Clamp(confidence, 0, 1) : 0,
        };
    }

    private static WriterAnswer Deserialize(string text)
    {
        try
        {
            if (JsonSerializer.Deserialize<WriterAnswer>(JsonInText.Of(text)) is { Reply: not null } parsed)
                return parsed;
        }
        catch (JsonException)
        {
            // Told below, without the model's words: they may quote the mail, and failures are logged.
        }

        throw new JsonException("It is not one JSON object with a reply.");
    }

    // Only ids that name a heading: a file's name alone may be an ordinary word.
    private static bool Names(string body, IReadOnlyList<Passage> offered) =>
        offered.Any(passage => passage.Id.Contains('#', StringComparison.Ordinal) && body.Contains(passage.Id, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> Warnings(string body)
    {
        if (body.Length == 0)
            yield return "The draft is empty.";
        if (body.Length > MaxBodyLength)
            yield return "The draft was cut off.";
        if (Link().IsMatch(body))
            yield return "The draft holds a link.";
        if (Address().IsMatch(body))
            yield return "The draft holds an e-mail address.";
        if (Placeholder().IsMatch(body))
            yield return "The draft holds a placeholder that somebody must fill in.";
        if (Secret().IsMatch(body))
            yield return "The draft holds what looks like a key or a password.";
        if (Money().IsMatch(body))
            yield return "The draft speaks of an amount of money or of giving money back.";
    }

    [GeneratedRegex(@"\A(Subject|Betreff|Objet|Asunto)\s?:[^\n]*\n+", RegexOptions.IgnoreCase)]
    private static partial Regex SubjectLine();

    [GeneratedRegex(@"\b(https?|ftp|data|javascript|mailto)\s?:|\bwww\.|\b[a-z0-9-]+\.(com|net|org|io|info|biz|co|de|fr|es|uk|ru|cn|xyz|top|app|dev|ai|me|ly)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Link();

    // The forms in which keys of well-known services, private keys and login tokens are written, and a password that is named as one.
    [GeneratedRegex(@"\b(sk-[A-Za-z0-9_-]{8,}|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|xox[abp]-[A-Za-z0-9-]{10,}|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})|-----BEGIN [A-Z ]*PRIVATE KEY|\b(password|passwort|api key)( is)?\s*[:=]\s*\S+", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();

    // An amount, or a word for money that goes to the customer.
    [GeneratedRegex(@"[€$£¥]\s?\d|\d\s?([€$£¥]|(EUR|USD|GBP|CHF|euros?|dollars?|pounds?|francs?|cents?)\b)|\b(EUR|USD|GBP|CHF)\s?\d|\b(refund|reimburs|compensat|discount|voucher|credit note|money back|erstatt|rückerstatt|rückzahl|gutschrift|gutschein|rabatt|entschädig|rembours|remise|réduction|avoir de|bon d'achat|reembols|devoluci|descuento|vale de|compensaci)", RegexOptions.IgnoreCase)]
    private static partial Regex Money();

    [GeneratedRegex(@"[^\s@]+@[^\s@]+\.[^\s@]+")]
    private static partial Regex Address();

    [GeneratedRegex(@"\[[A-Z][^\]\n]{1,40}\]|\{\{?[^}\n]{1,40}\}?\}|<[A-Z_ ]{3,40}>")]
    private static partial Regex Placeholder();
}
