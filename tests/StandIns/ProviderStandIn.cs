using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.StandIns;

/// <summary>
/// A model provider on a free port of this machine that speaks the providers' real wire: Anthropic's Messages, OpenAI's Responses and Chat
/// Completions, plain and streamed. Each request is answered as the test's script says, and kept.
/// </summary>
internal sealed class ProviderStandIn : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Func<StandInRequest, StandInReply> script;
    private int count;

    private ProviderStandIn(WebApplication app, Func<StandInRequest, StandInReply> script)
    {
        this.app = app;
        this.script = script;
    }

    public Uri Address => new(app.Urls.First());

    /// <summary>The address with the version, as OpenAI's SDK wants it.</summary>
    public Uri AddressV1 => new(Address, "v1");

    /// <summary>What was asked so far, in order.</summary>
    public ConcurrentQueue<StandInRequest> Requests { get; } = [];

    /// <summary>Answers every request by the script, which may look at it and at its number.</summary>
    public static async Task<ProviderStandIn> StartAsync(Func<StandInRequest, StandInReply> script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        // A request that a script holds back forever must not hold back the end of the test.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        var server = new ProviderStandIn(builder.Build(), script);
        server.app.Run(server.AnswerAsync);
        await server.app.StartAsync();
        return server;
    }

    /// <summary>Answers the requests one after another; the last reply again for all that follow.</summary>
    public static Task<ProviderStandIn> StartAsync(params StandInReply[] replies) => StartAsync(request => replies[Math.Min(request.Number, replies.Length) - 1]);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var text = await reader.ReadToEndAsync();
        var body = text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
        var request = new StandInRequest(
            Interlocked.Increment(ref count),
            context.Request.Path.Value!,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body);
        Requests.Enqueue(request);
        try
        {
            await script(request).SendAsync(context);
        }
        catch (OperationCanceledException)
        {
            // The caller went away, or the test ended.
        }
    }
}
