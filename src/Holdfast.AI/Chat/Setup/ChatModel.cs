using Microsoft.Extensions.AI;

namespace Holdfast.AI.Chat;

/// <summary>A model under the name that workflows use for it: whom to ask, whom to ask instead, and within which limits.</summary>
public sealed class ChatModel
{
    internal ChatModel(string name, ChatTarget target)
    {
        Name = name;
        Targets = [target];
    }

    public string Name { get; }

    /// <summary>The most tokens of an answer, where the call does not say.</summary>
    public int MaxOutputTokens { get; set; } = 4096;

    /// <summary>How much the model may think, where the call does not say; null: the provider's default.</summary>
    public ReasoningEffort? Effort { get; set; }

    /// <summary>The longest one request may take. Keep it below the start-to-close timeout of <see cref="DurableChatOptions.Activity"/>.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest silence in the middle of a streamed answer.</summary>
    public TimeSpan StreamTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// From which attempt of the activity on another target is asked when one fails in a way that waiting may cure (overloaded, rate
    /// limited, unreachable). 1: at once. A failure that waiting does not cure (an unknown model, a refused key) goes on at once in any case.
    /// </summary>
    public int FallBackFromAttempt { get; set; } = 1;

    internal List<ChatTarget> Targets { get; }

    /// <summary>Asks another model when those named before fail for a reason of their own; a request that is wrong in itself is not repeated elsewhere.</summary>
    /// <param name="credential">The reference of the key to use; null: the provider's own.</param>
    public ChatModel FallBackTo(string provider, string model, string? credential = null)
    {
        Targets.Add(new(provider, model) { Credential = credential });
        return this;
    }
}
