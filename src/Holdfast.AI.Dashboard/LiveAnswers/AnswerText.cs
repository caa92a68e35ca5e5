using System.Text;
using System.Text.Json;

namespace Holdfast.AI.Dashboard.LiveAnswers;

/// <summary>
/// An answer as a person reads it, while it is still written. Programs ask models for JSON, and what a person wants to follow are the words in
/// it: each member of the object is shown by its name, a text with its lines as lines.
/// </summary>
internal static class AnswerText
{
    // What the end of a text may have been cut within: half of an emoji, written as two escapes of six characters.
    private const int LongestCut = 12;

    /// <returns>The answer itself if it is no JSON object.</returns>
    public static string Of(string answer)
    {
        if (!answer.AsSpan().TrimStart().StartsWith('{'))
            return answer;

        var json = Encoding.UTF8.GetBytes(answer);
        var reader = new Utf8JsonReader(json, isFinalBlock: false, state: default);
        var shown = new StringBuilder();
        string? name = null;
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        name = reader.GetString();
                        break;
                    case JsonTokenType.StartArray:
                        break;
                    case JsonTokenType.StartObject or JsonTokenType.EndObject or JsonTokenType.EndArray:
                        name = null;
                        break;
                    case JsonTokenType.String:
                        Show(reader.GetString());
                        break;
                    default:
                        Show(Encoding.UTF8.GetString(reader.ValueSpan));
                        break;
                }
            }
        }
        catch (JsonException)
        {
            return answer;
        }

        if (name is not null && Begun(json.AsSpan((int)reader.BytesConsumed)) is { } begun)
            Show(begun);
        return shown.ToString();

        // The values of a list stand one below the other under the name of the list.
        void Show(string? value)
        {
            if (shown.Length > 0)
                shown.Append('\n');
            if (name is not null)
                shown.Append(name).Append(": ");
            shown.Append(value);
            name = null;
        }
    }

    /// <summary>The text whose end is not there yet; null: what comes next is no text.</summary>
    private static string? Begun(ReadOnlySpan<byte> rest)
    {
        var text = rest.TrimStart(" \t\r\n:,"u8);
        if (!text.StartsWith("\""u8))
            return null;

        for (var cut = 0; cut <= LongestCut && cut < text.Length; cut++)
        {
            try
            {
                return JsonSerializer.Deserialize<string>([.. text[..^cut], (byte)'"']);
            }
            catch (JsonException)
            {
                // It ends within an escape or a character: with less of it there is a text.
            }
        }

        return null;
    }
}
