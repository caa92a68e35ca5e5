using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Holdfast.AI.Chat;

/// <summary>Reads streams of model calls from another process, see <see cref="ChatStreamEndpoint.MapDurableChatStreams"/>.</summary>
/// <param name="http">With the address of the endpoint as base address, <c>https://worker.example/chat-streams/</c>, and without a time limit.</param>
public sealed class ChatStreamClient(HttpClient http, TimeProvider time)
{
    private static readonly TimeSpan Reconnect = TimeSpan.FromSeconds(1);

    /// <summary>What happens in a workflow's model calls. Ends only when cancelled: after a lost connection it goes on where it was.</summary>
    /// <param name="after">The id of the last event that was read; null: none was.</param>
    /// <exception cref="HttpRequestException">The endpoint refuses (a status in the 400s).</exception>
    public async IAsyncEnumerable<ChatStreamEvent> ReadAsync(
        string workflowId, string? after = null, string @namespace = "default", [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            await foreach (var happened in ConnectionAsync(workflowId, after, @namespace, cancellationToken))
            {
                after = happened.Id;
                yield return happened;
            }

            await Task.Delay(Reconnect, time, cancellationToken);
        }
    }

    // The events of one connection, until it ends or breaks.
    private async IAsyncEnumerable<ChatStreamEvent> ConnectionAsync(
        string workflowId, string? after, string @namespace, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await ConnectAsync(workflowId, after, @namespace, cancellationToken);
        if (response is null)
            yield break;

        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var items = SseParser.Create(body).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync())
                    yield break;
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException)
            {
                yield break;
            }

            if (items.Current.Data.Length > 0 && JsonSerializer.Deserialize<ChatStreamEvent>(items.Current.Data) is { } happened)
                yield return happened;
        }
    }

    private async Task<HttpResponseMessage?> ConnectAsync(string workflowId, string? after, string @namespace, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Uri.EscapeDataString(workflowId)}?namespace={Uri.EscapeDataString(@namespace)}");
        if (after is not null)
            request.Headers.Add("Last-Event-ID", after);
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException)
        {
            return null;
        }

        if ((int)response.StatusCode is < 400 or >= 500)
        {
            if (response.IsSuccessStatusCode)
                return response;
            response.Dispose();
            return null;
        }

        using (response)
            response.EnsureSuccessStatusCode();
        return null;
    }
}
