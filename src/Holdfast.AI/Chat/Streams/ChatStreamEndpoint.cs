using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.AI.Chat;

/// <summary>Streams of model calls over HTTP.</summary>
public static class ChatStreamEndpoint
{
    // Shorter than what proxies usually wait for, and it finds readers that have gone.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Serves <c>GET {path}/{workflowId}?namespace=default</c> as server-sent events, each a <see cref="ChatStreamEvent"/> as JSON with its
    /// kind as the event's name. A browser's <c>EventSource</c> goes on where it was after a lost connection (<c>Last-Event-ID</c>); others may
    /// give <c>after</c> in the query. Whoever may call it reads the answers of any workflow: put your authorization on it.
    /// </summary>
    public static IEndpointConventionBuilder MapDurableChatStreams(this IEndpointRouteBuilder endpoints, string path = "/chat-streams") =>
        endpoints.MapGet(path + "/{workflowId}", (string workflowId, string? @namespace, string? after, HttpContext context, ChatStreams streams) =>
        {
            // A proxy that collects before it passes on would undo the streaming.
            context.Response.Headers["X-Accel-Buffering"] = "no";
            var last = context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } header ? header : after;
            return TypedResults.ServerSentEvents(ItemsAsync(streams, workflowId, last, @namespace ?? "default", context.RequestAborted));
        });

    private static async IAsyncEnumerable<SseItem<string>> ItemsAsync(
        ChatStreams streams, string workflowId, string? after, string @namespace, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Headers go out with the first item, and a reader wants to know at once that it is connected.
        yield return new("", "ping");
        await foreach (var read in streams.ReadAsync(workflowId, after, @namespace, KeepAlive, cancellationToken))
        {
            yield return read is null
                ? new("", "ping")
                : new(JsonSerializer.Serialize(read), JsonNamingPolicy.CamelCase.ConvertName(read.Kind.ToString())) { EventId = read.Id };
        }
    }
}
