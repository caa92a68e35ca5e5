using System.Runtime.CompilerServices;
using System.Text.Json;
using Holdfast.AI.Models;
using Microsoft.Extensions.AI;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.AI.Chat;

/// <summary>
/// The <see cref="IChatClient"/> of a workflow, see <see cref="DurableChat.Client"/>. A call that fails for good throws the SDK's
/// <see cref="ActivityFailureException"/>; its cause has an error type of <see cref="ModelFailureKind"/>.
/// </summary>
/// <remarks>
/// The loop that calls tools is our own: that of Microsoft.Extensions.AI (10.11) awaits tools with <c>ConfigureAwait(false)</c> and so leaves
/// the workflow's scheduler, after which the workflow never goes on.
/// </remarks>
public sealed class DurableChatClient : IChatClient
{
    private readonly ModelActivityClient calls;
    private readonly DurableChatOptions options;

    internal DurableChatClient(string model, DurableChatOptions options)
        : this(new ModelActivityClient(model, options), options)
    {
    }

    private DurableChatClient(ModelActivityClient calls, DurableChatOptions options)
    {
        this.calls = calls;
        this.options = options;
    }

    /// <summary>Every request to a provider that this client's calls took, oldest first, failed ones included.</summary>
    public IReadOnlyList<ChatAttempt> Attempts => calls.Attempts;

    /// <summary>
    /// Asks the model, runs the tools that it asks for (together, when it asks for several at once), and asks again with their results, until
    /// it has its answer. The response holds all messages that were added, tool calls and results included.
    /// </summary>
    /// <remarks>
    /// It also ends, with the tool calls unanswered, when the model asks for a tool that is only declared, and after
    /// <see cref="DurableChatOptions.MaxModelCalls"/>.
    /// </remarks>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        List<ChatMessage> conversation = [.. messages];
        List<ChatMessage> added = [];
        var usage = new UsageDetails();
        for (var number = 1; ; number++)
        {
            var response = await calls.GetResponseAsync(conversation, options, cancellationToken);
            added.AddRange(response.Messages);
            if (response.Usage is not null)
                usage.Add(response.Usage);

            List<FunctionCallContent> asked =
                [.. response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Where(call => !call.InformationalOnly)];
            if (asked.Count == 0 || number >= this.options.MaxModelCalls || asked.Any(call => Tool(options, call) is { } tool and not AIFunction))
            {
                response.Messages = added;
                response.Usage = usage;
                return response;
            }

            var results = await Workflow.WhenAllAsync(asked.Select(call => RunAsync(Tool(options, call) as AIFunction, call, cancellationToken)));
            var message = new ChatMessage(ChatRole.Tool, [.. results]);
            added.Add(message);
            conversation.AddRange(response.Messages);
            conversation.Add(message);
            if (options?.ToolMode is RequiredChatToolMode)
            {
                // It was required to use a tool, and did. Still required, it could never answer.
                options = options.Clone();
                options.ToolMode = null;
            }
        }
    }

    /// <summary>The whole answer in one piece: what readers see while it is written goes beside the history.</summary>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
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

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private static AITool? Tool(ChatOptions? options, FunctionCallContent call) => options?.Tools?.FirstOrDefault(tool => tool.Name == call.Name);

    // A failure that the model may react to becomes the tool's result. Any other exception is a bug in workflow code and must show as one.
    private static async Task<AIContent> RunAsync(AIFunction? tool, FunctionCallContent call, CancellationToken cancellationToken)
    {
        if (tool is null)
            return Result($"Error: there is no tool \"{call.Name}\".");

        try
        {
            var arguments = new AIFunctionArguments(call.Arguments) { Context = new Dictionary<object, object?> { [ToolCalls.IdKey] = call.CallId } };
            return Result(await tool.InvokeAsync(arguments, cancellationToken));
        }
        catch (FailureException failure) when (!TemporalException.IsCanceledException(failure))
        {
            return Result(ToolCalls.ErrorText(failure));
        }
        catch (ToolArgumentException exception)
        {
            return Result($"Error: {exception.Message}");
        }

        FunctionResultContent Result(object? result) => new(call.CallId, result);
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
