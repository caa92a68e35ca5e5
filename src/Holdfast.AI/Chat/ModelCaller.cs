using System.Runtime.CompilerServices;
using Holdfast.AI.Costs;
using Holdfast.AI.Models;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Chat;

/// <summary>Makes one model call: asks the model, and in its place those that it falls back to.</summary>
internal sealed class ModelCaller(
    DurableChatSetup setup, IChatCredentials credentials, ModelPrices prices, RequestObservers observers, IServiceProvider services, TimeProvider time)
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
        ChatCall call, AttemptLog log, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var model = setup.Model(call.Model);
        ModelException? worst = null;
        foreach (var target in model.Targets)
        {
            var begun = false;
            await using var updates = StreamAsync(model, target, call, log, cancellationToken).GetAsyncEnumerator(cancellationToken);
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
        using var credential = await CredentialAsync(target, log.Origin, cancellationToken);
        var request = Request(model, target, credential, call, log);
        await observers.BeginAsync(request, cancellationToken);
        log.Begin(request);
        watch?.Begin();
        ChatResponse? response = null;
        try
        {
            using var client = Connect(model, target, credential);
            var answer = watch is null
                ? await client.GetResponseAsync(request.Messages, request.Options, cancellationToken)
                : await WatchedAsync(client.GetStreamingResponseAsync(request.Messages, request.Options, cancellationToken), log, watch);
            log.Answered(answer, client.RequestId, CostOf(request, answer));
            watch?.Completed();
            response = Plain(answer, target);
            return response;
        }
        catch (ModelException exception)
        {
            log.Failed(exception);
            watch?.Failed(exception.Kind);
            throw;
        }
        catch (Exception exception)
        {
            // Cancelled, mostly. Whoever watches must hear of that end too, and the stream must not be taken for one that is still written.
            watch?.Failed(exception is OperationCanceledException ? ChatStreamEvent.Cancelled : ModelFailureKind.Unknown);
            throw;
        }
        finally
        {
            await observers.EndAsync(request, log.Current, response);
        }
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        ChatModel model, ChatTarget target, ChatCall call, AttemptLog log, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var credential = await CredentialAsync(target, log.Origin, cancellationToken);
        var request = Request(model, target, credential, call, log);
        await observers.BeginAsync(request, cancellationToken);
        log.Begin(request);
        List<ChatResponseUpdate> all = [];
        ChatResponse? response = null;
        try
        {
            using var client = Connect(model, target, credential);
            await using var updates = client.GetStreamingResponseAsync(request.Messages, request.Options, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                try
                {
                    if (!await updates.MoveNextAsync())
                        break;
                }
                catch (ModelException exception)
                {
                    log.Failed(exception);
                    throw;
                }

                if (updates.Current.Contents.Count > 0)
                    log.FirstToken();
                all.Add(updates.Current);
                yield return updates.Current;
            }

            response = all.ToChatResponse();
            log.Answered(response, client.RequestId, CostOf(request, response));
        }
        finally
        {
            // Also when the reader stops in the middle.
            await observers.EndAsync(request, log.Current, response);
        }
    }

    private ModelRequest Request(ChatModel model, ChatTarget target, ChatCredential? credential, ChatCall call, AttemptLog log) =>
        log.Next(target, CredentialOf(target), credential, call, MessagesFor(call.Messages, target), OptionsFor(call, model));

    private decimal? CostOf(ModelRequest request, ChatResponse response) =>
        prices.Current.Cost(request.Provider, request.Model, request.StartedAt, TokenUsage.Of(response.Usage));

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

    private ProviderClient Connect(ChatModel model, ChatTarget target, ChatCredential? credential)
    {
        var notes = new ResponseNotes(time, credential?.Handler);
        var inner = setup.Provider(target).Connect(new(target.Model, credential?.Secret.Reveal(), credential?.BaseUrl, notes, model.Timeout, services));
        return new(inner, target.Provider, notes, model, credential, credentials, time);
    }

    private async Task<ChatCredential?> CredentialAsync(ChatTarget target, ModelCallOrigin origin, CancellationToken cancellationToken)
    {
        if (CredentialOf(target) is not { } reference)
            return null;

        var credential = await credentials.ResolveAsync(
            new()
            {
                Reference = reference,
                Tenant = origin.Tenant,
                Provider = target.Provider,
                WorkflowType = origin.WorkflowType,
                RunId = origin.RunId,
                ActivityId = origin.ActivityId,
            },
            cancellationToken);
        if (!credential.Secret.IsEmpty())
            return credential;

        // The SDKs take an empty key as an order to look for one in the environment, which would be somebody else's.
        credential.Dispose();
        throw new ModelException(ModelFailureKind.CredentialInvalid, retryable: false, $"The credential \"{reference}\" is empty.");
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
        exception.MayGoElsewhere && exception.Kind is not (ModelFailureKind.InvalidRequest or ModelFailureKind.BudgetExhausted or ModelFailureKind.AccountingUnavailable) && (!exception.Retryable || attempt >= model.FallBackFromAttempt);

    // If any of the models may answer later, the call is worth another try, as soon as the first of them may.
    private static ModelException MoreHopeful(ModelException? earlier, ModelException later) =>
        earlier is null || Hope(later) > Hope(earlier) || (Hope(later) == Hope(earlier) && Wait(later) < Wait(earlier)) ? later : earlier;

    // A wait of hours is the workflow's to wait for, and one for a human's doing too: still better than a failure that no wait mends.
    private static int Hope(ModelException exception) =>
        exception.Retryable ? 3 : exception.Kind == ModelFailureKind.RateLimitedLong ? 2 : exception.WaitFor is not null ? 1 : 0;

    private static TimeSpan Wait(ModelException exception) => exception.RetryAfter ?? TimeSpan.Zero;
}
