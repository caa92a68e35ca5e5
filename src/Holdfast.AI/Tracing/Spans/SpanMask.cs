using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Holdfast.AI.Tracing.Spans;

/// <summary>Takes out of texts what must not leave the program: what looks like a key, and what the program's own rule names.</summary>
/// <param name="rule">The program's own rule; null: none.</param>
internal sealed partial class SpanMask(Func<string, string>? rule)
{
    internal const string Masked = "[masked]";
    internal const string Failed = "[left out: the masking rule failed]";

    public string Text(string text)
    {
        // Fail closed: a text that could not be looked at is not sent.
        try
        {
            return Secrets().Replace(rule is null ? text : rule(text), Masked);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return Failed;
        }
    }

    /// <summary>A copy in which every text, names of properties included, went through the mask.</summary>
    public JsonNode? Json(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject properties:
                var masked = new JsonObject();
                foreach (var (name, value) in properties)
                    masked[Text(name)] = Json(value);
                return masked;
            case JsonArray items:
                return new JsonArray([.. items.Select(Json)]);
            case JsonValue value when value.TryGetValue<string>(out var text):
                return JsonValue.Create(Text(text));
            default:
                return node?.DeepClone();
        }
    }

    // Keys as providers and clouds write them: with a mark by which people and scanners know them.
    [GeneratedRegex(
        """
        -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(-----END\ [A-Z ]*PRIVATE\ KEY-----|\z)
        | \b(sk|pk|rk)-[A-Za-z0-9_\-]{16,}
        | \b(sk|rk)_(live|test)_[A-Za-z0-9]{16,}
        | (?i:\bbearer\s+)[A-Za-z0-9._~+/=\-]{15,}[A-Za-z0-9_~+/=\-]
        | \b(AKIA|ASIA)[0-9A-Z]{16}\b
        | \bAIza[0-9A-Za-z_\-]{35}
        | \bgh[pousr]_[A-Za-z0-9]{30,}
        | \bgithub_pat_[A-Za-z0-9_]{22,}
        | \bxox[abeprs]-[A-Za-z0-9\-]{10,}
        | \bey[A-Za-z0-9_\-]{10,}\.ey[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{10,}
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.Singleline | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 2000)]
    private static partial Regex Secrets();
}
