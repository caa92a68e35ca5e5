using System.Runtime.CompilerServices;
using Holdfast.AI.Models;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Chat;

/// <summary>Makes one model call: asks the model, and in its place those that it falls back to.</summary>
internal sealed class ModelCaller(DurableChatSetup setup, IChatCredentials credentials, IServiceProvider services, TimeProvider time)
{
    // On an answer's messages: who wrote it.
    private const string WriterProperty = "holdfast.writer";

    public TimeProvider Time => time;

    /// <param name="watch">Who is shown the answer while it is written; null: it is not streamed.</param>
    /// <exception cref="ModelException">Nobody answered.</exception>
    public async Task<ChatResponse> CallAsync(ChatCall call, AttemptLog log, ChatStreamWriter? watch, CancellationToken cancellationToken)
    {
        var model = setup.Model(call.Model);
        ModelException? worst = null;
        foreach (var target in model.Targets)
        {
            try
            {
                return await AskAsync(model, target, call, log, watch, cancellationToken);
            }
            catch (ModelException exception)
            {
                worst = MoreHopeful(worst, exception);
                if (!GoesElsewhere(exception, model, log.ActivityAttempt))
                    break;
            }
        }

        throw worst!;
    }

    /// <summary>The pieces of an answer, from the first model that gives one. Once it has begun, a failure is the caller's.</summary>
    public async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        ChatCall call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var model = setup.Model(call.Model);
        ModelException? worst = null;
        foreach (var target in model.Targets)
        {
            using var client = Connect(model, target, await SecretAsync(target, cancellationToken));
            await using var updates = client
                .GetStreamingResponseAsync(MessagesFor(call.Messages, target), OptionsFor(call, model), cancellationToken)
                .GetAsyncEnumerator(cancellationToken);
            var begun = false;
            while (true)
            {
                try
                {
                    if (!await updates.MoveNextAsync())
                        yield break;
                }
                catch (ModelException exception) when (!begun)
                {
                    worst = MoreHopeful(worst, exception);
                    if (!GoesElsewhere(exception, model, model.FallBackFromAttempt))
                        throw worst;
                    break;
                }

                begun = true;
                yield return updates.Current;
            }
        }

        throw worst!;
    }

    private async Task<ChatResponse> AskAsync(
        ChatModel model, ChatTarget target, ChatCall call, AttemptLog log, ChatStreamWriter? watch, CancellationToken cancellationToken)
    {
        var reference = CredentialOf(target);
        log.Begin(target, reference);
        watch?.Begin();
        try
        {
            using var client = Connect(model, target, await SecretAsync(target, cancellationToken));
            var messages = MessagesFor(call.Messages, target);
            var options = OptionsFor(call, model);
            var response = watch is null
                ? await client.GetResponseAsync(messages, options, cancellationToken)
                : await WatchedAsync(client.GetStreamingResponseAsync(messages, options, cancellationToken), log, watch);
            log.Answered(response, client.RequestId);
            watch?.Completed();
            return Plain(response, target);
        }
        catch (ModelException exception)
        {
            log.Failed(exception);
            watch?.Failed(exception);
            throw;
        }
    }

    private static async Task<ChatResponse> WatchedAsync(IAsyncEnumerable<ChatResponseUpdate> updates, AttemptLog log, ChatStreamWriter watch)
    {
        var all = new List<ChatResponseUpdate>();
        await foreach (var update in updates)
        {
            if (update.Contents.Count > 0)
                log.FirstToken();
            all.Add(update);
            watch.Update(update);
        }

        return all.ToChatResponse();
    }

    private ProviderClient Connect(ChatModel model, ChatTarget target, string? secret)
    {
        var notes = new ResponseNotes(time);
        var inner = setup.Provider(target).Connect(new(target.Model, secret, notes, model.Timeout, services));
        return new(inner, target.Provider, notes, model, time);
    }

    private async Task<string?> SecretAsync(ChatTarget target, CancellationToken cancellationToken)
    {
        if (CredentialOf(target) is not { } reference)
            return null;

        var secret = await credentials.ResolveAsync(reference, cancellationToken);
        // The SDKs take an empty key as an order to look for one in the environment, which would be somebody else's.
        return string.IsNullOrWhiteSpace(secret)
            ? throw new ModelException(ModelFailureKind.CredentialInvalid, retryable: false, $"The credential \"{reference}\" is empty.")
            : secret;
    }

    private string? CredentialOf(ChatTarget target) => target.Credential ?? setup.Provider(target).Credential;

    private static ChatOptions OptionsFor(ChatCall call, ChatModel model)
    {
        var options = call.ToOptions();
        options.MaxOutputTokens ??= model.MaxOutputTokens;
        if (model.Effort is { } effort)
            options.Reasoning ??= new() { Effort = effort };
        return options;
    }

    // Reasoning is signed or encrypted for the model that thought it: another one would refuse the whole request.
    private static List<ChatMessage> MessagesFor(IList<ChatMessage> messages, ChatTarget target) =>
        [.. messages.Select(message => IsOfAnother(message, target) && message.Contents.Any(content => content is TextReasoningContent)
            ? new(message.Role, [.. message.Contents.Where(content => content is not TextReasoningContent)])
            : message)];

    private static bool IsOfAnother(ChatMessage message, ChatTarget target) =>
        message.AdditionalProperties?.TryGetValue(WriterProperty, out var writer) is true && writer?.ToString() != target.Id;

    // What is kept must be the same when it is sent again, so it holds no state of a server, and nothing that does not survive a history.
    private static ChatResponse Plain(ChatResponse response, ChatTarget target)
    {
        response.ConversationId = null;
        response.RawRepresentation = null;
        response.ModelId ??= target.Model;
        foreach (var message in response.Messages)
        {
            message.RawRepresentation = null;
            (message.AdditionalProperties ??= [])[WriterProperty] = target.Id;
            foreach (var content in message.Contents)
                content.RawRepresentation = null;
        }

        return response;
    }

    private static bool GoesElsewhere(ModelException exception, ChatModel model, int attempt) =>
        exception.Kind != ModelFailureKind.InvalidRequest && (!exception.Retryable || attempt >= model.FallBackFromAttempt);

    // If any of the models may answer later, the call is worth another try, as soon as the first of them may.
    private static ModelException MoreHopeful(ModelException? earlier, ModelException later) =>
        earlier is null ? later
        : earlier.Retryable != later.Retryable ? earlier.Retryable ? earlier : later
        : (earlier.RetryAfter ?? TimeSpan.Zero) <= (later.RetryAfter ?? TimeSpan.Zero) ? earlier : later;
}
