using System.Runtime.CompilerServices;
using Holdfast.AI.Chat;
using Holdfast.AI.Secrets;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Models;

/// <summary>
/// A provider's client within the limits of time, and with its failures classified: whatever goes wrong is a <see cref="ModelException"/>,
/// also where the SDK takes it for an answer.
/// </summary>
/// <param name="credential">The key that the client has; null: none.</param>
/// <param name="credentials">Told what became of the key.</param>
internal sealed class ProviderClient(
    IChatClient inner, string provider, ResponseNotes notes, ChatModel limits, ChatCredential? credential, IChatCredentials credentials, TimeProvider time)
    : DelegatingChatClient(inner)
{
    public string? RequestId => notes.RequestId;

    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var timeout = new CancellationTokenSource(limits.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token, Withdrawn);
        try
        {
            var response = await base.GetResponseAsync(messages, options, either.Token);
            if (OpenAIErrors.In(response) is { } error)
                throw OpenAIErrors.FromEvent(provider, error, notes);
            AnthropicUsage.Complete(response);
            await AnsweredAsync(cancellationToken);
            return response;
        }
        catch (Exception exception)
        {
            throw await FailureAsync(exception, cancellationToken);
        }
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var timeout = new CancellationTokenSource(limits.Timeout, time);
        using var silence = new CancellationTokenSource(limits.Timeout, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token, silence.Token, Withdrawn);
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
            catch (Exception exception)
            {
                throw await FailureAsync(exception, cancellationToken);
            }

            usage.Complete(updates.Current);
            silence.CancelAfter(limits.StreamTimeout);
            finished |= updates.Current.FinishReason is not null;
            yield return updates.Current;
        }

        await AnsweredAsync(cancellationToken);
        // A connection that closes in the middle ends the SDKs' streams as if all were said.
        if (!finished)
            throw new ModelException(ModelFailureKind.Truncated, retryable: true, $"The answer of {provider} was cut off: the stream ended before the model finished.");
    }

    private CancellationToken Withdrawn => credential?.Withdrawn ?? CancellationToken.None;

    private async Task<Exception> FailureAsync(Exception exception, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return new OperationCanceledException("The model call was cancelled.", Redaction.Clean(exception), cancellationToken);
        if (Withdrawn.IsCancellationRequested)
            return new ModelException(ModelFailureKind.CredentialWaiting, retryable: false, "The key was revoked while it was in use.") { WaitFor = credential!.WaitFor };

        var failure = exception as ModelException ?? ModelErrors.Classify(provider, exception, notes);
        return credential is null ? failure : await credentials.FailedAsync(credential, failure, cancellationToken);
    }

    private ValueTask AnsweredAsync(CancellationToken cancellationToken) => credential is null ? default : credentials.AnsweredAsync(credential, cancellationToken);
}
