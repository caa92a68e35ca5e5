using Holdfast.EmailSupport.Knowledge;

namespace Holdfast.EmailSupport.Triage.Offline;

/// <summary>Writes a reply from fixed sentences in English, German, French or Spanish; in English when the mail's language is another.</summary>
internal static class OfflineWriter
{
    public static bool Speaks(string language) => language is "en" or "de" or "fr" or "es";

    // Sure enough of an answer that is ready, and not of a sentence that only puts the customer off.
    private const double Sure = 0.9;
    private const double Unsure = 0.4;

    // A mail has few words that are in a passage by chance.
    private const int WordsInCommon = 3;

    public static WriterAnswer Write(PromptMail mail, PromptClassification classification, IReadOnlyList<Passage> passages, string signature)
    {
        var language = Speaks(classification.Language) ? classification.Language : "en";
        var source = Fitting(mail, passages);
        var known = classification.Category is EmailCategory.Question ? OfflineAnswers.Find(mail.Text, language) : null;
        // The team's own words, where they are in the customer's language and no other answer is known.
        var quoted = known is null && source is not null && classification.Category is EmailCategory.Question && language == "en" ? Paragraph(source) : null;
        return new()
        {
            Reply = $"{Greeting(mail.FromName, language)}\n\n{known ?? quoted ?? Sentence(classification.Category, language)}\n\n{Closing(language)}\n{signature}",
            Citations = source is null ? [] : [source.Id],
            Confidence = known is not null || classification.Category is EmailCategory.Thanks ? Sure : Unsure,
        };
    }

    // The first that was offered is the one that fits best; whether it fits at all is told by the words that both have.
    private static Passage? Fitting(PromptMail mail, IReadOnlyList<Passage> passages) =>
        passages is [var best, ..]
        && KnowledgeQuery.In($"{mail.Subject} {mail.Text}").Intersect(KnowledgeQuery.In($"{best.Title} {best.Text}")).Count() >= WordsInCommon
            ? best
            : null;

    private static string Paragraph(Passage passage) => passage.Text.Split("\n\n")[0].ReplaceLineEndings(" ");

    private static string Greeting(string name, string language)
    {
        // A sender's name is whatever they typed: only one plain word of letters is repeated to them.
        var first = name.Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "";
        var known = first.Length is >= 2 and <= 20 && first.All(c => char.IsLetter(c) || c is '-');
        return (language, known) switch
        {
            ("de", true) => $"Guten Tag {first},",
            ("de", false) => "Guten Tag,",
            ("fr", true) => $"Bonjour {first},",
            ("fr", false) => "Bonjour,",
            ("es", true) => $"Hola, {first}:",
            ("es", false) => "Hola:",
            (_, true) => $"Hello {first},",
            (_, false) => "Hello,",
        };
    }

    private static string Closing(string language) => language switch
    {
        "de" => "Freundliche Grüße",
        "fr" => "Cordialement,",
        "es" => "Un saludo,",
        _ => "Kind regards,",
    };

    private static string Sentence(EmailCategory category, string language) => (category, language) switch
    {
        (EmailCategory.Billing, "de") => "vielen Dank für Ihre Nachricht. Wir sehen uns die Abrechnung in Ihrem Konto an und melden uns mit dem Ergebnis. Falls Sie eine Rechnungsnummer haben, die Sie noch nicht genannt haben, antworten Sie bitte mit ihr.",
        (EmailCategory.Billing, "fr") => "Merci pour votre message. Nous vérifions la facturation de votre compte et revenons vers vous. Si vous avez un numéro de facture que vous n'avez pas encore indiqué, merci de nous le communiquer.",
        (EmailCategory.Billing, "es") => "Gracias por su mensaje. Vamos a revisar la facturación de su cuenta y le informaremos del resultado. Si tiene un número de factura que todavía no nos ha indicado, respóndanos con él, por favor.",
        (EmailCategory.Billing, _) => "Thank you for your message. We are looking into the billing of your account and will come back to you with what we find. If you have an invoice number that you have not mentioned yet, please reply with it.",

        (EmailCategory.Bug, "de") => "vielen Dank für die Meldung, und bitte entschuldigen Sie die Umstände. Damit wir den Fehler finden: Was haben Sie unmittelbar davor getan, welches Gerät und welchen Browser nutzen Sie, und um wie viel Uhr etwa trat er auf?",
        (EmailCategory.Bug, "fr") => "Merci de nous l'avoir signalé, et toutes nos excuses pour la gêne. Pour trouver l'erreur : que faisiez-vous juste avant, sur quel appareil et quel navigateur, et vers quelle heure s'est-elle produite ?",
        (EmailCategory.Bug, "es") => "Gracias por avisarnos, y disculpe las molestias. Para encontrar el error: ¿qué hacía justo antes, con qué dispositivo y navegador, y a qué hora ocurrió aproximadamente?",
        (EmailCategory.Bug, _) => "Thank you for reporting this, and sorry for the trouble. To find the fault, it helps us to know: what did you do just before it, which device and browser do you use, and at about what time did it happen?",

        (EmailCategory.Complaint, "de") => "es tut uns leid, dass Sie diese Erfahrung mit uns gemacht haben. Eine Kollegin oder ein Kollege liest Ihre Nachricht und kümmert sich persönlich darum.",
        (EmailCategory.Complaint, "fr") => "Nous sommes désolés de cette expérience. Un membre de notre équipe lit votre message et s'en occupe personnellement.",
        (EmailCategory.Complaint, "es") => "Lamentamos que haya tenido esta experiencia. Una persona de nuestro equipo lee su mensaje y se ocupa personalmente.",
        (EmailCategory.Complaint, _) => "We are sorry that you had this experience with us. A colleague is reading your message and will take care of it in person.",

        (EmailCategory.Thanks, "de") => "vielen Dank für Ihre freundliche Nachricht. Wir geben sie gern an das Team weiter.",
        (EmailCategory.Thanks, "fr") => "Merci beaucoup pour votre gentil message. Nous le transmettons avec plaisir à l'équipe.",
        (EmailCategory.Thanks, "es") => "Muchas gracias por su amable mensaje. Se lo haremos llegar al equipo.",
        (EmailCategory.Thanks, _) => "Thank you for your kind words. We are glad to pass them on to the team.",

        (_, "de") => "vielen Dank für Ihre Nachricht. Eine Kollegin oder ein Kollege sieht sie sich an und antwortet Ihnen.",
        (_, "fr") => "Merci pour votre message. Un membre de notre équipe l'examine et vous répondra.",
        (_, "es") => "Gracias por su mensaje. Una persona de nuestro equipo lo está revisando y le responderá.",
        _ => "Thank you for your message. A colleague is looking into it and will reply to you.",
    };
}
