using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Langfuse;

/// <summary>
/// A Langfuse on a free port of this machine: takes OTLP/JSON spans, scores and questions for prompts as Langfuse v4 does, and is stricter where
/// Langfuse would quietly keep something wrong. A span that it has is never taken again: a request that repeats one must be the same
/// request to the byte.
/// </summary>
internal sealed class LangfuseStandIn : IAsyncDisposable
{
    public const string PublicKey = "pk-lf-1234567890";
    public const string SecretKey = "sk-lf-0987654321";

    private const int MaxRequestBytes = 5_000_000;

    private readonly Lock gate = new();
    private readonly WebApplication app;
    private readonly Dictionary<(string Trace, string Span), (LangfuseObservation Observation, string Body)> observations = [];
    private readonly Dictionary<string, LangfuseScore> scores = [];
    private readonly Dictionary<string, List<(int Version, string[] Labels, JsonNode Prompt)>> prompts = [];

    private LangfuseStandIn(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.First());

    /// <summary>What each request is answered with, by its number from 1 and its path; null: as Langfuse does.</summary>
    public Func<int, string, LangfuseFault?> Fault { get; set; } = (_, _) => null;

    /// <summary>Everything that was wrong with what was sent.</summary>
    public ConcurrentQueue<string> Violations { get; } = [];

    /// <summary>The bodies of all requests that carry spans or scores, taken or not.</summary>
    public ConcurrentQueue<string> Bodies { get; } = [];

    public int Requests { get; private set; }

    public IReadOnlyList<LangfuseObservation> Observations
    {
        get
        {
            lock (gate)
                return [.. observations.Values.Select(one => one.Observation).OrderBy(one => one.Start).ThenBy(one => one.Name, StringComparer.Ordinal)];
        }
    }

    public IReadOnlyList<LangfuseScore> Scores
    {
        get
        {
            lock (gate)
                return [.. scores.Values.OrderBy(score => score.Name, StringComparer.Ordinal)];
        }
    }

    /// <param name="port">0: a free one.</param>
    public static async Task<LangfuseStandIn> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestBodySize = 64_000_000);
        var langfuse = new LangfuseStandIn(builder.Build());
        langfuse.app.Run(langfuse.AnswerAsync);
        await langfuse.app.StartAsync();
        return langfuse;
    }

    /// <summary>Adds a version of a prompt: text, or a list of messages.</summary>
    public void AddPrompt(string name, int version, JsonNode prompt, params string[] labels)
    {
        lock (gate)
        {
            var versions = prompts.TryGetValue(name, out var known) ? known : prompts[name] = [];
            // A label is on one version at a time.
            for (var index = 0; index < versions.Count; index++)
                versions[index] = versions[index] with { Labels = [.. versions[index].Labels.Except(labels)] };
            versions.Add((version, labels, prompt));
        }
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (path == "/api/public/health")
        {
            await SayAsync(context, 200, """{"status":"OK","version":"4.16.0"}""");
            return;
        }

        int number;
        lock (gate)
            number = ++Requests;
        var body = await BodyAsync(context.Request);
        if (context.Request.Method == "POST")
            Bodies.Enqueue(body);
        var fault = Fault(number, path);
        if (fault is null or { Stores: true })
        {
            var (status, answer) = Answer(context.Request, path, body);
            if (fault is null)
            {
                await SayAsync(context, status, answer);
                return;
            }
        }

        if (fault.Status == 0)
        {
            context.Abort();
            return;
        }

        if (fault.RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = wait;
        await SayAsync(context, fault.Status, """{"message":"as the script says"}""");
    }

    private (int Status, string Answer) Answer(HttpRequest request, string path, string body)
    {
        var expected = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{PublicKey}:{SecretKey}"));
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var given) || given.Scheme != "Basic" || given.Parameter != expected)
            return (401, """{"message":"Invalid credentials. Confirm that you've configured the correct host."}""");

        return (request.Method, path) switch
        {
            ("POST", "/api/public/otel/v1/traces") => TakeSpans(request, body),
            ("POST", "/api/public/ingestion") => TakeScores(body),
            ("GET", _) when path.StartsWith("/api/public/v2/prompts/", StringComparison.Ordinal) => Prompt(request, path["/api/public/v2/prompts/".Length..]),
            ("GET", "/api/public/v2/observations") => Listed(request.Query["traceId"].ToString()),
            _ => (404, """{"message":"not found"}"""),
        };
    }

    private (int Status, string Answer) TakeSpans(HttpRequest request, string body)
    {
        var version = request.Headers["x-langfuse-ingestion-version"].ToString();
        if (version.Length > 0 && (!int.TryParse(version, CultureInfo.InvariantCulture, out var parsed) || parsed > 4))
            return Refuse($"ingestion version {version}");
        if (request.ContentType?.Contains("application/json", StringComparison.Ordinal) is not true)
            return Refuse($"content type {request.ContentType}");
        if (Encoding.UTF8.GetByteCount(body) > MaxRequestBytes)
            return (413, """{"error":"too large"}""");

        LangfuseObservation[] read;
        try
        {
            read = [.. LangfuseMapping.Read(JsonElement.Parse(body))];
        }
        catch (Exception exception) when (exception is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return Refuse(exception.Message);
        }

        lock (gate)
        {
            foreach (var observation in read)
            {
                if (observations.TryGetValue((observation.TraceId, observation.Id), out var earlier))
                {
                    if (earlier.Body != body)
                        Violations.Enqueue($"The span {observation.Name} ({observation.Id}) came again in another request: {earlier.Observation.Sent} and {observation.Sent}");
                }
                else
                {
                    observations.Add((observation.TraceId, observation.Id), (observation, body));
                }
            }
        }

        // The real one answers with a job of its queue, which nobody should read.
        return (200, """{"id":"job_1","data":{},"opts":{}}""");
    }

    private (int Status, string Answer) TakeScores(string body)
    {
        var successes = new JsonArray();
        var errors = new JsonArray();
        foreach (var item in JsonElement.Parse(body).GetProperty("batch").EnumerateArray())
        {
            var id = item.GetProperty("id").GetString()!;
            if (item.GetProperty("type").GetString() == "score-create" && Score(item) is { } score)
            {
                lock (gate)
                {
                    // One that it has is written over only on the same day: another day makes it two.
                    if (scores.TryGetValue(score.Id, out var earlier) && (earlier.Name != score.Name || earlier.Timestamp != score.Timestamp))
                        Violations.Enqueue($"The score {score.Name} ({score.Id}) came again with another time.");
                    scores[score.Id] = score;
                }

                successes.Add(new JsonObject { ["id"] = id, ["status"] = 201 });
            }
            else
            {
                Violations.Enqueue($"No event of the ingestion interface: {item.GetRawText()}");
                errors.Add(new JsonObject { ["id"] = id, ["status"] = 400, ["message"] = "Invalid request data", ["error"] = "not taken" });
            }
        }

        return (207, new JsonObject { ["successes"] = successes, ["errors"] = errors }.ToJsonString());
    }

    private static LangfuseScore? Score(JsonElement item)
    {
        var body = item.GetProperty("body");
        var type = Text("dataType");
        var value = body.GetProperty("value");
        var fits = type switch
        {
            "BOOLEAN" => value.ValueKind == JsonValueKind.Number && value.GetDouble() is 0 or 1,
            "CATEGORICAL" => value.ValueKind == JsonValueKind.String,
            "NUMERIC" or null => value.ValueKind == JsonValueKind.Number,
            _ => false,
        };
        return fits && Text("name") is { } name && Text("traceId") is { Length: 32 } trace
            && DateTimeOffset.TryParse(item.GetProperty("timestamp").GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? new(Text("id") ?? item.GetProperty("id").GetString()!, name, value.ToString(), type, trace, Text("observationId"), Text("comment"), at)
            : null;

        string? Text(string property) => body.TryGetProperty(property, out var found) ? found.GetString() : null;
    }

    private (int Status, string Answer) Prompt(HttpRequest request, string name)
    {
        var label = request.Query["label"].ToString() is { Length: > 0 } given ? given : "production";
        lock (gate)
        {
            if (!prompts.TryGetValue(Uri.UnescapeDataString(name), out var versions) || versions.Find(one => one.Labels.Contains(label)) is not { Version: > 0 } found)
                return (404, """{"message":"Prompt not found","error":"LangfuseNotFoundError"}""");

            return (200, new JsonObject
            {
                ["type"] = found.Prompt is JsonArray ? "chat" : "text",
                ["name"] = Uri.UnescapeDataString(name),
                ["version"] = found.Version,
                ["prompt"] = found.Prompt.DeepClone(),
                ["config"] = new JsonObject(),
                ["labels"] = new JsonArray([.. found.Labels.Select(one => (JsonNode)one)]),
                ["tags"] = new JsonArray(),
            }.ToJsonString());
        }
    }

    private (int Status, string Answer) Listed(string traceId)
    {
        lock (gate)
        {
            return (200, new JsonObject
            {
                ["data"] = new JsonArray([.. observations.Values.Select(one => one.Observation).Where(one => one.TraceId == traceId)
                    .Select(one => (JsonNode)new JsonObject { ["id"] = one.Id, ["traceId"] = one.TraceId, ["type"] = one.Type.ToUpperInvariant(), ["name"] = one.Name })]),
            }.ToJsonString());
        }
    }

    private (int Status, string Answer) Refuse(string problem)
    {
        Violations.Enqueue($"Refused: {problem}");
        return (400, new JsonObject { ["error"] = problem }.ToJsonString());
    }

    private static async Task<string> BodyAsync(HttpRequest request)
    {
        using var unpacked = request.Headers.ContentEncoding == "gzip" ? new GZipStream(request.Body, CompressionMode.Decompress) : request.Body;
        using var reader = new StreamReader(unpacked, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    private static async Task SayAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body);
    }
}
