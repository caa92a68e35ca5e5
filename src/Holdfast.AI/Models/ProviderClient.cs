using System.Runtime.CompilerServices;
using Holdfast.AI.Chat;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Models;

/// <summary>
/// A provider's client within the limits of time, and with its failures classified: whatever goes wrong is a <see cref="ModelException"/>,
/// also where the SDK takes it for an answer.
/// </summary>
internal sealed class ProviderClient(IChatClient inner, string provider, ResponseNotes notes, ChatModel limits, TimeProvider time) : DelegatingChatClient(inner)
{
    public string? RequestId => notes.RequestId;

    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var timeout = new CancellationTokenSource(limits.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            var response = await base.GetResponseAsync(messages, options, either.Token);
            if (OpenAIErrors.In(response) is { } error)
                throw OpenAIErrors.FromEvent(provider, error, notes);
            AnthropicUsage.Complete(response);
            return response;
        }
        catch (Exception exception) when (exception is not ModelException)
        {
            throw Failure(exception, cancellationToken);
        }
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var timeout = new CancellationTokenSource(limits.Timeout, time);
        using var silence = new CancellationTokenSource(limits.Timeout, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token, silence.Token);
        var finished = false;
        var usage = new AnthropicUsage();
        await using var updates = base.GetStreamingResponseAsync(messages, options, any.Token).GetAsyncEnumerator(any.Token);
        while (true)
        {
            try
            {
                if (!await updates.MoveNextAsync())
                    break;
                if (OpenAIErrors.In(updates.Current) is { } error)
                    throw OpenAIErrors.FromEvent(provider, error, notes);
            }
            catch (Exception exception) when (exception is not ModelException)
            {
                throw Failure(exception, cancellationToken);
            }

            usage.Complete(updates.Current);
            silence.CancelAfter(limits.StreamTimeout);
            finished |= updates.Current.FinishReason is not null;
            yield return updates.Current;
        }

        // A connection that closes in the middle ends the SDKs' streams as if all were said.
        if (!finished)
            throw new ModelException(ModelFailureKind.Truncated, retryable: true, $"The answer of {provider} was cut off: the stream ended before the model finished.");
    }

    private Exception Failure(Exception exception, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? new OperationCanceledException("The model call was cancelled.", exception, cancellationToken)
            : ModelErrors.Classify(provider, exception, notes);
}
