namespace Holdfast.EmailSupport.Triage;

/// <summary>Finds the JSON of a model's answer.</summary>
internal static class JsonInText
{
    // Some models wrap JSON in a code fence or a sentence, however plainly they are asked not to.
    public static string Of(string text)
    {
        var start = text.IndexOf('{', StringComparison.Ordinal);
        var end = text.LastIndexOf('}');
        return start >= 0 && end > start ? text[start..(end + 1)] : text;
    }
}
