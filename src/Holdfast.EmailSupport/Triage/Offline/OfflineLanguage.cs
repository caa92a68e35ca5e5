namespace Holdfast.EmailSupport.Triage.Offline;

/// <summary>Tells English, German, French and Spanish by their commonest words.</summary>
internal static class OfflineLanguage
{
    // Words that are frequent in one of the languages and rare in the others.
    private static readonly (string Code, HashSet<string> Words)[] Languages =
    [
        ("en", Set("the and is are you your my i have has to of for with not it this that was please what how thanks hello hi can do")),
        ("de", Set("der die das und ist ich nicht mein meine sie ihr ihre wir mit für auf ein eine wie kann bitte danke hallo habe noch aber wurde")),
        ("fr", Set("le la les et est je ne pas mon ma vous votre nous avec pour sur un une des du bonjour merci comment puis ai mais dans")),
        ("es", Set("el la los las y es no mi su con para por un una del hola gracias cómo como puedo tengo pero estoy ustedes he")),
    ];

    /// <summary>A two-letter code, or <c>und</c>.</summary>
    public static string Of(string text)
    {
        var words = OfflineWords.In(text);
        var best = Languages.Select(language => (language.Code, Score: words.Count(language.Words.Contains))).MaxBy(language => language.Score);
        // One word in twelve is well below what any real text of the language has.
        return best.Score >= 2 && best.Score * 12 >= words.Count ? best.Code : "und";
    }

    private static HashSet<string> Set(string words) => [.. words.Split(' ')];
}
