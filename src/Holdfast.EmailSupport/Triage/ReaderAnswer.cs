using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.AI.Text;
using Microsoft.Extensions.AI;

namespace Holdfast.EmailSupport.Triage;

/// <summary>The reader's answer, checked. Whatever it leaves out or gets wrong falls to the careful side.</summary>
internal sealed record ReaderAnswer
{
    private const int MaxSentenceLength = 400;

    [JsonPropertyName("category")]
    public string? Category { get; init; }

    [JsonPropertyName("language")]
    public string? Language { get; init; }

    [JsonPropertyName("needs_approval")]
    public bool? NeedsApproval { get; init; }

    [JsonPropertyName("reason")]
    public string? Reason { get; init; }

    [JsonPropertyName("summary")]
    public string? Summary { get; init; }

    [JsonPropertyName("injection_suspected")]
    public bool? InjectionSuspected { get; init; }

    /// <exception cref="JsonException">It is not the JSON that was asked for; asked again, the model may give it.</exception>
    public static Classification Parse(ChatResponse answer)
    {
        ReaderAnswer? parsed = null;
        try
        {
            parsed = JsonSerializer.Deserialize<ReaderAnswer>(JsonInText.Of(answer.Text));
        }
        catch (JsonException)
        {
            // Told below, without the model's words: they may quote the mail, and failures are logged.
        }

        if (parsed is null)
            throw new JsonException("It is not one JSON object.");

        var category = CategoryOf(parsed.Category);
        return new Classification
        {
            Category = category ?? EmailCategory.Other,
            Language = LanguageOf(parsed.Language),
            NeedsApproval = category is null || (parsed.NeedsApproval ?? true),
            Reason = Sentence(category is null ? "The reader gave no category that is known here." : parsed.Reason),
            Summary = Sentence(parsed.Summary),
            InjectionSuspected = parsed.InjectionSuspected ?? false,
            Model = answer.ModelId ?? "unknown",
        };
    }

    private static EmailCategory? CategoryOf(string? word) => word?.Trim().ToLowerInvariant() switch
    {
        "billing" => EmailCategory.Billing,
        "bug" => EmailCategory.Bug,
        "complaint" => EmailCategory.Complaint,
        "question" => EmailCategory.Question,
        "thanks" => EmailCategory.Thanks,
        "spam" => EmailCategory.Spam,
        "auto-reply" => EmailCategory.AutoReply,
        "other" => EmailCategory.Other,
        _ => null,
    };

    private static string LanguageOf(string? code) =>
        code?.Trim().ToLowerInvariant() is { Length: 2 } two && two.All(char.IsAsciiLetterLower) ? two : "und";

    private static string Sentence(string? text) => PlainText.CleanLine(text ?? "", MaxSentenceLength);
}
