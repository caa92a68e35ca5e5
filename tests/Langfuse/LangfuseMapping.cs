using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Tests.Langfuse;

/// <summary>
/// Reads an OTLP/JSON export as Langfuse does, and more strictly: whatever Langfuse would quietly drop, guess or change is an error here.
/// </summary>
internal static class LangfuseMapping
{
    private static readonly string[] Types = ["span", "generation", "event", "embedding", "agent", "tool", "chain", "retriever", "guardrail", "evaluator"];
    private static readonly string[] Levels = ["DEBUG", "DEFAULT", "WARNING", "ERROR"];
    private static readonly string[] Interpreted = ["model", "input", "output", "prompt", "events"];

    /// <exception cref="FormatException">Langfuse would refuse it, or understand something else than was meant.</exception>
    public static IEnumerable<LangfuseObservation> Read(JsonElement export)
    {
        foreach (var resource in Items(export, "resourceSpans"))
        {
            var shared = Attributes(resource.GetProperty("resource"));
            foreach (var scope in Items(resource, "scopeSpans"))
            {
                foreach (var span in Items(scope, "spans"))
                    yield return Read(span, shared);
            }
        }
    }

    private static LangfuseObservation Read(JsonElement span, Dictionary<string, JsonElement> resource)
    {
        var attributes = Attributes(span);
        foreach (var name in Interpreted)
            Demand(!attributes.ContainsKey(name), $"the attribute \"{name}\" would be interpreted");
        if (span.TryGetProperty("events", out var events))
            Demand(events.ValueKind == JsonValueKind.Array, "events is no list");

        string? Text(params string[] names) => names.Where(attributes.ContainsKey).Select(name => Scalar(attributes[name])).FirstOrDefault();
        var type = Text("langfuse.observation.type") ?? "span";
        Demand(Types.Contains(type), $"the type \"{type}\" is not known");
        var failed = span.TryGetProperty("status", out var status) && status.TryGetProperty("code", out var code) && code.ToString() is "2" or "STATUS_CODE_ERROR";
        var level = Text("langfuse.observation.level") ?? (failed ? "ERROR" : "DEFAULT");
        Demand(Levels.Contains(level), $"the level \"{level}\" is not known");
        var environment = Text("langfuse.environment", "deployment.environment.name", "deployment.environment")
            ?? (resource.TryGetValue("langfuse.environment", out var shared) ? Scalar(shared) : "default");
        Demand(environment.Length <= 40 && environment.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '_'), $"the environment \"{environment}\" would be changed");
        var (promptName, promptVersion) = (Text("langfuse.observation.prompt.name"), Text("langfuse.observation.prompt.version"));
        Demand((promptName is null) == (promptVersion is null), "a prompt's name and version belong together");
        Demand(promptName is null || type == "generation", "only a generation is linked to a prompt");
        var usage = Numbers("langfuse.observation.usage_details", value => value.GetInt64());
        Demand(usage.Values.All(count => count >= 0), "usage is never negative");
        var cost = Numbers("langfuse.observation.cost_details", value => value.GetDecimal());
        Demand(cost.Count == 0 || cost.ContainsKey("total"), "a cost without a total is not added up");
        foreach (var name in (string[])["user.id", "session.id", "langfuse.trace.name"])
            Demand(Text(name) is not { Length: > 200 }, $"{name} is too long");

        return new()
        {
            TraceId = Id(span, "traceId", 32)!,
            Id = Id(span, "spanId", 16)!,
            ParentId = Id(span, "parentSpanId", 16, optional: true),
            Type = type,
            Name = span.GetProperty("name").GetString()!,
            Start = Time(span, "startTimeUnixNano"),
            End = Time(span, "endTimeUnixNano"),
            Level = level,
            StatusMessage = Text("langfuse.observation.status_message"),
            Input = Text("langfuse.observation.input"),
            Output = Text("langfuse.observation.output"),
            Model = Text("langfuse.observation.model.name"),
            ModelParameters = Text("langfuse.observation.model.parameters") is { } parameters ? JsonNode.Parse(parameters)!.AsObject() : null,
            Usage = usage,
            Cost = cost,
            CompletionStart = Text("langfuse.observation.completion_start_time") is { } first
                ? DateTimeOffset.Parse(first.Trim('"'), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
                : null,
            PromptName = promptName,
            PromptVersion = promptVersion is null ? null : int.Parse(promptVersion, CultureInfo.InvariantCulture),
            TraceName = Text("langfuse.trace.name"),
            UserId = Text("langfuse.user.id", "user.id"),
            SessionId = Text("langfuse.session.id", "session.id", "gen_ai.conversation.id"),
            Environment = environment,
            Release = Text("langfuse.release"),
            Tags = attributes.TryGetValue("langfuse.trace.tags", out var tags) ? Texts(tags) : [],
            Metadata = attributes.Where(pair => Key(pair.Key) is not null).GroupBy(pair => Key(pair.Key)!).ToDictionary(group => group.Key, group => Scalar(group.Last().Value)),
            Sent = span.GetRawText(),
        };

        static string? Key(string name) =>
            ((string[])["langfuse.trace.metadata.", "langfuse.observation.metadata."]).Where(prefix => name.StartsWith(prefix, StringComparison.Ordinal)).Select(prefix => name[prefix.Length..]).FirstOrDefault();

        Dictionary<string, T> Numbers<T>(string name, Func<JsonElement, T> read) => Text(name) is { } json
            ? JsonElement.Parse(json).EnumerateObject().ToDictionary(property => property.Name, property => read(property.Value))
            : [];
    }

    private static Dictionary<string, JsonElement> Attributes(JsonElement owner)
    {
        var found = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (!owner.TryGetProperty("attributes", out var list))
            return found;
        Demand(list.ValueKind == JsonValueKind.Array, "attributes is no list");
        foreach (var attribute in list.EnumerateArray())
        {
            var key = attribute.GetProperty("key").GetString()!;
            Demand(found.TryAdd(key, attribute.GetProperty("value")), $"the attribute \"{key}\" is there twice");
        }

        return found;
    }

    private static string Scalar(JsonElement value)
    {
        var property = value.EnumerateObject().Single();
        Demand(property.Name is "stringValue" or "intValue" or "boolValue" or "doubleValue", $"{property.Name} is no simple value");
        return property.Value.ToString();
    }

    private static string[] Texts(JsonElement value) => value.TryGetProperty("arrayValue", out var list)
        ? [.. list.GetProperty("values").EnumerateArray().Select(Scalar)]
        : [.. JsonElement.Parse(Scalar(value)).EnumerateArray().Select(item => item.GetString()!)];

    private static IEnumerable<JsonElement> Items(JsonElement owner, string name)
    {
        var list = owner.GetProperty(name);
        Demand(list.ValueKind == JsonValueKind.Array, $"{name} is no list");
        return list.EnumerateArray();
    }

    private static string? Id(JsonElement span, string name, int length, bool optional = false)
    {
        if (!span.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null || value.GetString() is { Length: 0 })
        {
            Demand(optional, $"{name} is missing");
            return null;
        }

        var id = value.GetString()!;
        Demand(id.Length == length && id.All(char.IsAsciiHexDigitLower) && id.Any(digit => digit != '0'), $"{name} is \"{id}\"");
        return id;
    }

    private static DateTimeOffset Time(JsonElement span, string name)
    {
        Demand(span.GetProperty(name).ValueKind == JsonValueKind.String, $"{name} is no decimal string");
        return DateTimeOffset.UnixEpoch.AddTicks(long.Parse(span.GetProperty(name).GetString()!, CultureInfo.InvariantCulture) / 100);
    }

    private static void Demand(bool holds, string problem)
    {
        if (!holds)
            throw new FormatException(problem);
    }
}
