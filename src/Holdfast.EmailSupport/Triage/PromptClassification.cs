namespace Holdfast.EmailSupport.Triage;

/// <summary>What the writer gets to know of the reader's findings.</summary>
internal sealed record PromptClassification(EmailCategory Category, string Language, string Summary)
{
    public static PromptClassification Of(Classification classification) =>
        new(classification.Category, classification.Language, classification.Summary);
}
