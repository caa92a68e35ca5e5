namespace Holdfast.EmailSupport.Triage;

/// <summary>A category as people and JSON read it.</summary>
internal static class CategoryWord
{
#pragma warning disable CS8524 // Every named value is listed: a new one breaks the build here (CS8509).
    public static string Of(EmailCategory category) => category switch
    {
        EmailCategory.Other => "other",
        EmailCategory.Billing => "billing",
        EmailCategory.Bug => "bug",
        EmailCategory.Complaint => "complaint",
        EmailCategory.Question => "question",
        EmailCategory.Thanks => "thanks",
        EmailCategory.Spam => "spam",
        EmailCategory.AutoReply => "auto-reply",
    };
#pragma warning restore CS8524
}
