using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Models;

/// <summary>Anthropic's chat client with its failures classified: whatever goes wrong is a <see cref="ModelException"/>.</summary>
internal sealed class AnthropicChat(IChatClient inner) : DelegatingChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var note = RetryAfterCapture.Begin();
        try
        {
            return await base.GetResponseAsync(messages, options, cancellationToken);
        }
        catch (Exception exception) when (exception is not ModelException && !cancellationToken.IsCancellationRequested)
        {
            throw AnthropicErrors.Classify(exception, note.RetryAfter);
        }
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var note = RetryAfterCapture.Begin();
        var finished = false;
        await using var updates = base.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await updates.MoveNextAsync())
                    break;
            }
            catch (Exception exception) when (exception is not ModelException && !cancellationToken.IsCancellationRequested)
            {
                throw AnthropicErrors.Classify(exception, note.RetryAfter);
            }

            finished |= updates.Current.FinishReason is not null;
            yield return updates.Current;
        }

        // A connection that closes in the middle ends the SDK's stream as if all were said.
        if (!finished)
            throw new ModelException(ModelFailureKind.Unavailable, retryable: true, "The answer was cut off: the stream ended before the model finished.");
    }
}
