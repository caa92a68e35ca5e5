using System.Text.RegularExpressions;

namespace Holdfast.EmailSupport.Triage.Offline;

/// <summary>Sorts a mail by keywords.</summary>
internal static partial class OfflineReader
{
    private static readonly string[] SpamPhrases =
    [
        "viagra", "casino", "lottery", "crypto", "bitcoin", "winner", "you have won", "claim your", "act now", "click here", "100 free",
        "no obligation", "wire transfer", "inheritance", "seo ", "backlinks", "cheap meds", "investment opportunity", "limited offer",
        "increase your traffic", "million dollars", "risk free", "guaranteed profit",
    ];

    private static readonly string[] AutoReplyPhrases =
    [
        "out of office", "automatic reply", "auto reply", "autoreply", "abwesenheit", "automatische antwort", "réponse automatique",
        "respuesta automática", "i am currently out of the office", "i am away until", "on annual leave", "this mailbox is not monitored",
    ];

    private static readonly string[] BillingPhrases =
    [
        "invoice", "billing", "billed", "refund", "charged", "charge", "payment", "receipt", "credit card", "subscription", "overcharged", "vat ",
        "rechnung", "abgebucht", "erstattung", "rückerstattung", "zahlung", "lastschrift", "abo ", "kündig",
        "facture", "facturé", "remboursement", "rembourser", "paiement", "prélèvement", "abonnement",
        "factura", "reembolso", "cobro", "cobrado", "pago", "suscripción",
    ];

    private static readonly string[] BugPhrases =
    [
        "bug", "error", "crash", "broken", "does not work", "doesn't work", "not working", "fails", "failed", "exception", "500 ", "blank page",
        "stack trace", "freezes", "stopped working", "fehler", "funktioniert nicht", "stürzt ab", "absturz", "kaputt",
        "erreur", "ne fonctionne pas", "plante", "ne marche pas", "no funciona", "fallo", "se cierra",
    ];

    private static readonly string[] ComplaintPhrases =
    [
        "unacceptable", "ridiculous", "terrible", "worst", "furious", "angry", "disgusted", "lawyer", "complaint", "complain", "scam",
        "fed up", "third time", "disappointed", "outrageous", "waste of", "cancel my account", "never again", "legal action",
        "unverschämt", "frechheit", "beschwerde", "anwalt", "enttäuscht", "inacceptable", "scandaleux", "plainte", "avocat", "déçu",
        "inaceptable", "vergüenza", "queja", "abogado", "indignado",
    ];

    private static readonly string[] ThanksPhrases =
        ["thank you", "thanks", "great work", "well done", "danke", "vielen dank", "merci", "gracias", "appreciate"];

    private static readonly string[] QuestionPhrases =
    [
        "how do i", "how can i", "how to", "where do i", "where can i", "is it possible", "can i", "could you tell", "what is", "do you",
        "wie kann ich", "wie ändere", "wo finde", "ist es möglich", "kann ich", "comment puis", "comment faire", "où puis", "est-ce que",
        "cómo puedo", "dónde", "es posible", "puedo",
    ];

    public static ReaderAnswer Read(PromptMail mail)
    {
        var text = $"{mail.Subject}\n{mail.Text}";
        var category = CategoryOf(mail, text);
        var language = OfflineLanguage.Of(text);
        var injection = Injection().IsMatch(text);
        var reason = ApprovalReason(mail, category, language, injection);
        return new()
        {
            Category = CategoryWord.Of(category),
            Language = language,
            NeedsApproval = reason is not null,
            Reason = reason ?? "The rules know an answer to this.",
            Summary = mail.Subject.Length > 0 ? $"About: {mail.Subject}" : "The mail has no subject.",
            InjectionSuspected = injection,
        };
    }

    private static EmailCategory CategoryOf(PromptMail mail, string text)
    {
        if (OfflineWords.Hits(mail.Subject, AutoReplyPhrases) > 0 || OfflineWords.Hits(text, AutoReplyPhrases) >= 2)
            return EmailCategory.AutoReply;
        if (OfflineWords.Hits(text, SpamPhrases) >= 2)
            return EmailCategory.Spam;

        var complaint = OfflineWords.Hits(text, ComplaintPhrases) + (Shouts(text) ? 1 : 0);
        var billing = OfflineWords.Hits(text, BillingPhrases);
        var bug = OfflineWords.Hits(text, BugPhrases);
        var asks = OfflineWords.Hits(text, QuestionPhrases) > 0 || text.Contains('?', StringComparison.Ordinal);
        if (complaint >= 2)
            return EmailCategory.Complaint;
        if (billing > 0 && billing >= bug)
            return EmailCategory.Billing;
        if (bug > 0)
            return EmailCategory.Bug;
        if (complaint > 0)
            return EmailCategory.Complaint;
        if (asks)
            return EmailCategory.Question;
        return OfflineWords.Hits(text, ThanksPhrases) > 0 ? EmailCategory.Thanks : EmailCategory.Other;
    }

    private static string? ApprovalReason(PromptMail mail, EmailCategory category, string language, bool injection)
    {
        if (injection)
            return "The mail seems to give orders to a machine.";

#pragma warning disable CS8524 // Every named value is listed: a new one breaks the build here (CS8509).
        return category switch
        {
            EmailCategory.Billing => "It is about money.",
            EmailCategory.Bug => "It reports a fault: somebody should look before we answer.",
            EmailCategory.Complaint => "The customer is angry.",
            EmailCategory.Other => "The rules do not understand what it is about.",
            EmailCategory.Question when OfflineAnswers.Find(mail.Text, language) is null => "The rules know no answer to this question.",
            EmailCategory.Thanks when !OfflineWriter.Speaks(language) => "The rules do not know its language.",
            EmailCategory.Question or EmailCategory.Thanks or EmailCategory.Spam or EmailCategory.AutoReply => null,
        };
#pragma warning restore CS8524
    }

    private static bool Shouts(string text)
    {
        var letters = text.Count(char.IsLetter);
        return text.Contains("!!", StringComparison.Ordinal) || (letters > 40 && text.Count(char.IsUpper) * 2 > letters);
    }

    [GeneratedRegex(@"ignore\s+(all\s+|any\s+)?(the\s+|your\s+)?(previous|prior|above|earlier)|system\s+prompt|you\s+are\s+(now\s+)?(an?\s+)?(ai|assistant|language model)|disregard\s+(all|your|the)|</?(system|email|instructions?|tool)>|forward\s+(this|all|every)|vergiss\s+alle|ignorez\s+les\s+instructions|ignora\s+las\s+instrucciones", RegexOptions.IgnoreCase)]
    private static partial Regex Injection();
}
