using Microsoft.Extensions.AI;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.AI.Tracing.Prompts;

/// <summary>Langfuse's prompts in workflows.</summary>
public static class DurablePrompts
{
    /// <summary>Error type: Langfuse has no such prompt. Not tried again.</summary>
    public const string NotFound = "PromptNotFound";

    /// <summary>Error type: Langfuse cannot be asked.</summary>
    public const string Unavailable = "PromptUnavailable";

    private const string NameProperty = "holdfast.prompt.name";
    private const string VersionProperty = "holdfast.prompt.version";

    /// <summary>
    /// Fetches a prompt by an activity: the run goes on with the version that it got, whatever is changed in Langfuse meanwhile. Without a fallback
    /// it waits until Langfuse can be asked.
    /// </summary>
    /// <exception cref="ActivityFailureException">There is no such prompt (its cause has the type <see cref="NotFound"/>), and no fallback.</exception>
    public static Task<LangfusePrompt> GetAsync(string name, string label = LangfusePrompts.DefaultLabel, string? fallback = null, ActivityOptions? options = null) =>
        Workflow.ExecuteActivityAsync<LangfusePrompt>(
            PromptActivity.Name, [name, label, fallback], options ?? new() { StartToCloseTimeout = TimeSpan.FromMinutes(1), Summary = name });

    /// <summary>Links the generations of a call to the prompt's version. A fallback is not linked, as it is no version of it.</summary>
    public static ChatOptions From(this ChatOptions options, LangfusePrompt prompt)
    {
        if (prompt.Version is { } version)
        {
            options.AdditionalProperties ??= [];
            options.AdditionalProperties[NameProperty] = prompt.Name;
            options.AdditionalProperties[VersionProperty] = version;
        }

        return options;
    }

    internal static (string Name, int Version)? LinkOf(ChatOptions options) =>
        options.AdditionalProperties is { } properties
        && properties.TryGetValue(NameProperty, out var name) && name?.ToString() is { Length: > 0 } text
        && properties.TryGetValue(VersionProperty, out var version) && int.TryParse(version?.ToString(), out var number)
            ? (text, number)
            : null;
}
