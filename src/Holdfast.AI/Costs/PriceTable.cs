using System.Globalization;
using System.Text.Json;

namespace Holdfast.AI.Costs;

/// <summary>What models cost, by date. What it does not hold is unknown.</summary>
public sealed class PriceTable
{
    /// <summary>Costs are kept in billionths of a dollar: the millionth part of a price with three decimals.</summary>
    internal const int CostDecimals = 9;

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly PriceTable? below;

    private PriceTable(IReadOnlyList<ModelPrice> prices, PriceTable? below)
    {
        Prices = prices;
        this.below = below;
    }

    /// <summary>The table that comes with the program.</summary>
    public static PriceTable Default { get; } = ReadDefault();

    /// <summary>The rows of this table, without those of the one below it.</summary>
    public IReadOnlyList<ModelPrice> Prices { get; }

    /// <summary>Reads a table.</summary>
    /// <param name="json">
    /// <c>{"prices": [{"provider": "anthropic", "model": "claude-x", "from": "2026-10-07", "input": 2, "output": 10, "cacheRead": 0.1,
    /// "cacheWrite5m": 2.5, "cacheWrite1h": 4}]}</c>: US dollars per million tokens.
    /// </param>
    /// <param name="source">What messages call it: the file's name.</param>
    /// <param name="below">Asked for models of which the table has no row that is in force.</param>
    /// <exception cref="PriceTableException">It cannot be read. The message is one line and names the row.</exception>
    public static PriceTable Parse(string json, string source, PriceTable? below = null)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Lenient);
            if (document.RootElement.ValueKind is not JsonValueKind.Object || !document.RootElement.TryGetProperty("prices", out var rows) || rows.ValueKind is not JsonValueKind.Array)
                throw new PriceTableException($"{source}: it must be an object with a list \"prices\".");
            if (document.RootElement.EnumerateObject().FirstOrDefault(property => property.Name != "prices") is { Value.ValueKind: not JsonValueKind.Undefined } other)
                throw new PriceTableException($"{source}: \"{other.Name}\" is not known beside \"prices\".");
            return new([.. rows.EnumerateArray().Select((row, index) => ReadRow(row, index + 1, source))], below);
        }
        catch (JsonException exception)
        {
            throw new PriceTableException($"{source}: line {exception.LineNumber + 1} is no JSON.", exception);
        }
    }

    /// <summary>The row that holds for a request; null when there is none.</summary>
    /// <param name="promptTokens">How many tokens are sent, cached ones included.</param>
    public ModelPrice? Find(string provider, string model, DateTimeOffset at, long promptTokens) =>
        Prices
            .Where(row => row.Fits(provider, model) && (row.From is not { } from || from <= at) && (row.AbovePromptTokens == 0 || promptTokens > row.AbovePromptTokens))
            .OrderByDescending(row => row.Precision)
            .ThenByDescending(row => row.From ?? DateTimeOffset.MinValue)
            .ThenByDescending(row => row.AbovePromptTokens)
            .FirstOrDefault()
        ?? below?.Find(provider, model, at, promptTokens);

    /// <summary>What a request cost, in US dollars, rounded to billionths; null when that is not known.</summary>
    /// <param name="at">When it was begun.</param>
    public decimal? Cost(string provider, string model, DateTimeOffset at, TokenUsage? usage) =>
        usage is not null && Find(provider, model, at, usage.AllInput)?.CostOf(usage) is { } cost
            ? decimal.Round(cost, CostDecimals, MidpointRounding.AwayFromZero)
            : null;

    private static ModelPrice ReadRow(JsonElement row, int number, string source)
    {
        string? provider = null, model = null;
        if (row.ValueKind is not JsonValueKind.Object)
            throw Wrong("it must be an object.");

        provider = Text("provider");
        model = Text("model") ?? throw Wrong("\"model\" is missing.");
        foreach (var property in row.EnumerateObject())
        {
            // A price under a misspelt name would be a model without a price.
            if (property.Name is not ("provider" or "model" or "from" or "abovePromptTokens" or "input" or "output" or "cacheRead" or "cacheWrite5m"
                or "cacheWrite1h" or "reasoning" or "note"))
                throw Wrong($"\"{property.Name}\" is not known.");
        }

        return new()
        {
            Provider = provider ?? throw Wrong("\"provider\" is missing; \"*\" stands for any."),
            Model = model,
            From = From(),
            AbovePromptTokens = Tokens(),
            Input = Price("input"),
            Output = Price("output"),
            CacheRead = Price("cacheRead"),
            CacheWrite5m = Price("cacheWrite5m"),
            CacheWrite1h = Price("cacheWrite1h"),
            Reasoning = Price("reasoning"),
        };

        string? Text(string name) =>
            !row.TryGetProperty(name, out var value) ? null
            : value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text
            : throw Wrong($"\"{name}\" must be a text.");

        DateTimeOffset? From() =>
            Text("from") is not { } text ? null
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var from) ? from
            : throw Wrong($"\"from\" is \"{text}\"; it must be a date like 2026-10-07, which begins at midnight UTC.");

        long Tokens() =>
            !row.TryGetProperty("abovePromptTokens", out var value) ? 0
            : value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var tokens) && tokens >= 0 ? tokens
            : throw Wrong("\"abovePromptTokens\" must be a whole number, 0 or more.");

        decimal? Price(string name) =>
            !row.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null ? null
            : value.ValueKind is JsonValueKind.Number && value.TryGetDecimal(out var price) && price is >= 0 and < 1_000_000 ? price
            : throw Wrong($"\"{name}\" is {value.GetRawText()}; it must be a number of US dollars per million tokens, 0 or more.");

        PriceTableException Wrong(string what) =>
            new($"{source}: row {number}{(model is null ? "" : $" ({provider ?? "?"} {model})")}: {what}".ReplaceLineEndings(" "));
    }

    private static PriceTable ReadDefault()
    {
        using var reader = new StreamReader(typeof(PriceTable).Assembly.GetManifestResourceStream("Holdfast.AI.Costs.prices.json")!);
        return Parse(reader.ReadToEnd(), "prices.json of the program");
    }
}
