using System.Runtime.CompilerServices;
using System.Text.Json;
using Holdfast.AI.Models;
using Microsoft.Extensions.AI;
using Temporalio.Exceptions;

namespace Holdfast.AI.Chat;

/// <summary>
/// The <see cref="IChatClient"/> of a workflow, see <see cref="DurableChat.Client"/>. A call that fails for good throws the SDK's
/// <see cref="ActivityFailureException"/>; its cause has an error type of <see cref="ModelFailureKind"/>.
/// </summary>
/// <remarks>
/// The loop that calls tools is Microsoft.Extensions.AI's own. It keeps to the workflow's scheduler, takes no time and no ids (its streaming
/// half does, and is not used), so a replay repeats it exactly; the tests replay it.
/// </remarks>
public sealed class DurableChatClient : FunctionInvokingChatClient
{
    private readonly ModelActivityClient calls;
    private readonly DurableChatOptions options;

    internal DurableChatClient(string model, DurableChatOptions options)
        : this(new ModelActivityClient(model, options), options)
    {
    }

    private DurableChatClient(ModelActivityClient calls, DurableChatOptions options)
        : base(calls)
    {
        this.calls = calls;
        this.options = options;
        AllowConcurrentInvocation = true;
        // The last iteration's model call comes on top of those that are followed by tools.
        MaximumIterationsPerRequest = Math.Max(0, options.MaxModelCalls - 1);
        // What a model may see of a failure is decided below. Anything else that throws is a bug in workflow code and must show as one.
        MaximumConsecutiveErrorsPerRequest = 0;
    }

    /// <summary>Every request to a provider that this client's calls took, oldest first, failed ones included.</summary>
    public IReadOnlyList<ChatAttempt> Attempts => calls.Attempts;

    /// <summary>The whole answer in one piece: what readers see while it is written goes beside the history.</summary>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var streamed = new DurableChatClient(calls.Streaming(), this.options);
        var response = await streamed.GetResponseAsync(messages, options, cancellationToken);
        foreach (var update in response.ToChatResponseUpdates())
            yield return update;
    }

    /// <summary>Asks for an answer of a type. The model gets the type's JSON schema, and is asked again when its answer does not fit it.</summary>
    /// <exception cref="ApplicationFailureException">
    /// No answer could be read after <see cref="DurableChatOptions.MaxRepairs"/> repairs (<see cref="ModelFailureKind.BadAnswer"/>), or the
    /// model refused (<see cref="ModelFailureKind.Refused"/>).
    /// </exception>
    public Task<ChatResponse<T>> GetResponseAsync<T>(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        RepairAsync(
            messages,
            conversation => ChatClientStructuredOutputExtensions.GetResponseAsync<T>(this, conversation, options, cancellationToken: cancellationToken),
            response =>
            {
                _ = Structured(response);
                return response;
            });

    /// <inheritdoc cref="GetResponseAsync{T}(IEnumerable{ChatMessage}, ChatOptions?, CancellationToken)"/>
    public Task<ChatResponse<T>> GetResponseAsync<T>(string message, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetResponseAsync<T>([new ChatMessage(ChatRole.User, message)], options, cancellationToken);

    /// <summary>Asks, reads the answer, and asks again when it cannot be read: for answers whose form the caller checks.</summary>
    /// <param name="read">
    /// Reads the answer; workflow code, so deterministic. It throws <see cref="JsonException"/> when it cannot, with a message for the model.
    /// </param>
    /// <exception cref="ApplicationFailureException">As for structured answers.</exception>
    public Task<TResult> ReadResponseAsync<TResult>(
        IEnumerable<ChatMessage> messages, Func<ChatResponse, TResult> read, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        RepairAsync(messages, conversation => GetResponseAsync(conversation, options, cancellationToken), read);

    /// <summary>Runs one tool that the model asked for. A failure that the model may react to becomes the tool's result.</summary>
    protected override async ValueTask<object?> InvokeFunctionAsync(FunctionInvocationContext context, CancellationToken cancellationToken)
    {
        try
        {
            (context.Arguments.Context ??= new Dictionary<object, object?>())[ToolCalls.IdKey] = context.CallContent.CallId;
            return await base.InvokeFunctionAsync(context, cancellationToken);
        }
        catch (FailureException failure) when (!TemporalException.IsCanceledException(failure))
        {
            return ToolCalls.ErrorText(failure);
        }
        catch (ToolArgumentException exception)
        {
            return $"Error: {exception.Message}";
        }
    }

    private static T Structured<T>(ChatResponse<T> response)
    {
        try
        {
            return response.Result;
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("It holds no JSON.", exception);
        }
    }

    private async Task<TResult> RepairAsync<TResponse, TResult>(
        IEnumerable<ChatMessage> messages, Func<List<ChatMessage>, Task<TResponse>> ask, Func<TResponse, TResult> read)
        where TResponse : ChatResponse
    {
        List<ChatMessage> conversation = [.. messages];
        for (var repairs = 0; ; repairs++)
        {
            var response = await ask(conversation);
            if (response.FinishReason == ChatFinishReason.ContentFilter)
                throw new ApplicationFailureException("The model refused to answer.", errorType: ModelFailureKind.Refused, nonRetryable: true);

            try
            {
                return read(response);
            }
            catch (JsonException exception)
            {
                // Without the model's words: they may quote what it was sent, and failures are logged.
                if (response.FinishReason == ChatFinishReason.Length)
                    throw Unreadable("The answer was cut off at the limit of output tokens, before its JSON was complete.");
                if (repairs >= options.MaxRepairs)
                    throw Unreadable($"The model did not answer with the JSON that was asked for, in {repairs + 1} answers.");

                conversation.AddRange(response.Messages);
                conversation.Add(new(ChatRole.User, $"That answer could not be read: {exception.Message} Answer again, with the JSON that was asked for and nothing else."));
            }
        }

        static ApplicationFailureException Unreadable(string message) => new(message, errorType: ModelFailureKind.BadAnswer, nonRetryable: true);
    }
}
