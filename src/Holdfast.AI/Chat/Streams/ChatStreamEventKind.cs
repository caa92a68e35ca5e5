using System.Text.Json.Serialization;

namespace Holdfast.AI.Chat;

/// <summary>What happened in a stream of model calls.</summary>
[JsonConverter(typeof(CamelCaseEnum<ChatStreamEventKind>))]
public enum ChatStreamEventKind
{
    /// <summary>A call begins.</summary>
    Started,

    /// <summary>A call begins again: what was shown of it is void. Its activity was retried, or another model is asked instead.</summary>
    Restarted,

    /// <summary>A piece of the answer.</summary>
    Text,

    /// <summary>A piece of the model's reasoning.</summary>
    Reasoning,

    /// <summary>The model asks for a tool.</summary>
    Tool,

    /// <summary>The answer is complete.</summary>
    Completed,

    /// <summary>The attempt failed. If it is tried again, <see cref="Restarted"/> follows.</summary>
    Failed,

    /// <summary>What follows does not continue what was read before: the reader fell too far behind, or the worker is another one. Forget all.</summary>
    Reset,
}
