using System.Text.RegularExpressions;

namespace Holdfast.EmailSupport.Knowledge;

/// <summary>The search expression for a mail: any of its words that may tell something.</summary>
internal static partial class KnowledgeQuery
{
    // A long mail's first words say what it is about; more only cost time.
    private const int MaxWords = 80;

    // Words of English, German, French and Spanish that every text has. Found or not, they say nothing.
    private static readonly HashSet<string> Common = [.. (
        "a about all also am an and any are as at be been but by can could did do does for from get had has have he hello her hi his how i if in into is it its "
        + "just me my no not of on or our out please she so some than thank thanks that the their them then there they this to too up us was we were what when "
        + "where which who will with would yes you your "
        + "aber als am auch auf aus bei bin bitte da danke das dass dem den der des die doch ein eine einem einen einer er es für guten habe haben hallo hat ich "
        + "ihr ihre im in ist ja kann können man mein meine mich mir mit nach nein nicht noch nur oder schon sehr sein sich sie sind so tag über um und uns unser "
        + "von vor war was wenn wer wie wir wird wo zu zum zur "
        + "ai au aux avec avez avons bonjour ce cela ces cette comment dans de des du elle en est et eu il ils je la le les leur lui ma mais me merci mes mon ne "
        + "nos notre nous on ou où par pas peux plus pour puis quand que quel qui sa se ses si son sont sur ta te tu un une votre vos vous "
        + "como con cómo cuando de del donde el ella en es esta este está estoy gracias ha he hola la las le lo los me mi mis muy no nos o para pero por puedo que "
        + "qué se si sin su sus también te tengo un una y ya yo").Split(' ')];

    /// <summary>An FTS5 expression, or null when there is nothing to search for.</summary>
    public static string? For(KnowledgeQuestion question)
    {
        // Words are letters and digits in quotation marks, so that no mail can write operators of the search.
        var words = Words(question).Take(MaxWords).Select(word => $"\"{word}\"").ToList();
        return words.Count > 0 ? string.Join(" OR ", words) : null;
    }

    /// <summary>The words that may tell something, each once, those of subject and summary first.</summary>
    public static IEnumerable<string> Words(KnowledgeQuestion question) => In($"{question.Subject} {question.Summary} {question.Text}");

    /// <summary>The words of a text that may tell something, in lower case, each once.</summary>
    public static IEnumerable<string> In(string text) =>
        Word().Matches(text.ToLowerInvariant()).Select(match => match.Value).Where(word => word.Length > 1 && !Common.Contains(word)).Distinct();

    [GeneratedRegex(@"[\p{L}\p{Nd}]+")]
    private static partial Regex Word();
}
