using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Holdfast.AI.Tracing.Prompts;

/// <summary>Fetches a prompt for a workflow, whose history then holds the version that was used.</summary>
internal sealed class PromptActivity(LangfusePrompts prompts)
{
    public const string Name = "HoldfastPrompt";

    [Activity(Name)]
    public async Task<LangfusePrompt> GetAsync(string name, string label, string? fallback)
    {
        try
        {
            return await prompts.GetAsync(name, label, fallback, ActivityExecutionContext.Current.CancellationToken);
        }
        catch (PromptNotFoundException exception)
        {
            throw new ApplicationFailureException(exception.Message, errorType: DurablePrompts.NotFound, nonRetryable: true);
        }
        catch (HttpRequestException exception)
        {
            throw new ApplicationFailureException(exception.Message, errorType: DurablePrompts.Unavailable);
        }
    }
}
