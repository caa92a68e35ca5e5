using System.Runtime.CompilerServices;
using Holdfast.AI.Models;
using Microsoft.Extensions.AI;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.AI.Chat;

/// <summary>Carries out each model call of a workflow as one activity.</summary>
internal sealed class ModelActivityClient(string model, DurableChatOptions options, List<ChatAttempt>? attempts = null, bool stream = false) : IChatClient
{
    private readonly List<ChatAttempt> attempts = attempts ?? [];

    public IReadOnlyList<ChatAttempt> Attempts => attempts;

    /// <summary>The same client with its answers watched. Attempts of both are kept together.</summary>
    public ModelActivityClient Streaming() => new(model, options, attempts, stream: true);

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options1 = null, CancellationToken cancellationToken = default)
    {
        var call = ChatCall.Of(model, messages, options1, stream || options.Stream);
        while (true)
        {
            TimeSpan wait;
            try
            {
                var answer = await Workflow.ExecuteActivityAsync<ChatAnswer>(ChatActivity.Name, [call], ActivityOptions(cancellationToken));
                attempts.AddRange(answer.Attempts);
                return answer.Response;
            }
            catch (ActivityFailureException failure) when (failure.InnerException is ApplicationFailureException cause)
            {
                if (cause.Details.Count > 0)
                    attempts.AddRange(cause.Details.ElementAt<ChatAttempt[]>(0) ?? []);
                if (cause.ErrorType != ModelFailureKind.RateLimitedLong || cause.NextRetryDelay is not { } asked || asked > options.LongestRateLimitWait)
                    throw;
                wait = asked;
            }

            // Hours are a timer's work: no retry is used up and no worker is kept meanwhile.
            await Workflow.DelayAsync(wait, cancellationToken.CanBeCanceled ? cancellationToken : null);
        }
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await Streaming().GetResponseAsync(messages, options, cancellationToken);
        foreach (var update in response.ToChatResponseUpdates())
            yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private ActivityOptions ActivityOptions(CancellationToken cancellationToken)
    {
        var activity = (ActivityOptions)options.Activity.Clone();
        activity.Summary ??= model;
        if (cancellationToken.CanBeCanceled)
            activity.CancellationToken = cancellationToken;
        return activity;
    }
}
