using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Holdfast.AI.Benchmarks;

/// <summary>A model provider on this machine that speaks Anthropic's wire.</summary>
internal sealed class ModelStandIn : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly TimeSpan latency;
    private readonly Func<JsonNode, string> answer;
    private int calls;

    private ModelStandIn(WebApplication app, TimeSpan latency, Func<JsonNode, string> answer)
    {
        this.app = app;
        this.latency = latency;
        this.answer = answer;
    }

    public Uri Address => new(app.Urls.First());

    public int Calls => calls;

    /// <summary>The longest request so far, in bytes: the conversation as the provider sees it.</summary>
    public long LongestRequest { get; private set; }

    /// <param name="latency">How long each answer takes.</param>
    /// <param name="answer">Says what to answer to a request's body.</param>
    public static async Task<ModelStandIn> StartAsync(TimeSpan latency, Func<JsonNode, string> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var standIn = new ModelStandIn(builder.Build(), latency, answer);
        standIn.app.MapPost("/v1/messages", standIn.AnswerAsync);
        await standIn.app.StartAsync();
        return standIn;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        Interlocked.Increment(ref calls);
        LongestRequest = Math.Max(LongestRequest, context.Request.ContentLength ?? 0);
        await Task.Delay(latency);
        var message = new JsonObject
        {
            ["id"] = "msg_1",
            ["type"] = "message",
            ["role"] = "assistant",
            ["model"] = body["model"]!.GetValue<string>(),
            ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = answer(body) }),
            ["stop_reason"] = "end_turn",
            ["stop_sequence"] = null,
            ["usage"] = new JsonObject { ["input_tokens"] = 500, ["output_tokens"] = 100 },
        };
        if (body["stream"]?.GetValue<bool>() is true)
            await StreamAsync(context.Response, message);
        else
            await context.Response.WriteAsJsonAsync(message, JsonSerializerOptions.Default);
    }

    // The answer's words one by one, as providers send them.
    private static async Task StreamAsync(HttpResponse response, JsonObject message)
    {
        var text = message["content"]![0]!["text"]!.GetValue<string>();
        var usage = message["usage"]!.DeepClone();
        (message["content"], message["stop_reason"]) = (new JsonArray(), null);
        response.ContentType = "text/event-stream";
        await SendAsync("message_start", new() { ["message"] = message });
        await SendAsync("content_block_start", new() { ["index"] = 0, ["content_block"] = new JsonObject { ["type"] = "text", ["text"] = "" } });
        foreach (var word in text.Split(' ').Select((word, at) => at == 0 ? word : $" {word}"))
            await SendAsync("content_block_delta", new() { ["index"] = 0, ["delta"] = new JsonObject { ["type"] = "text_delta", ["text"] = word } });
        await SendAsync("content_block_stop", new() { ["index"] = 0 });
        await SendAsync("message_delta", new() { ["delta"] = new JsonObject { ["stop_reason"] = "end_turn", ["stop_sequence"] = null }, ["usage"] = usage });
        await SendAsync("message_stop", []);

        async Task SendAsync(string type, JsonObject data)
        {
            data["type"] = type;
            await response.WriteAsync($"event: {type}\ndata: {data.ToJsonString()}\n\n");
            await response.Body.FlushAsync();
        }
    }
}
