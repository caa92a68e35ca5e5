using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>A workflow that listens until somebody ends it: the partner of tests that look at it from outside.</summary>
[Workflow]
public class Conversation
{
    private readonly List<string> said = [];
    private string? end;

    [WorkflowRun]
    public async Task<string> RunAsync()
    {
        await Workflow.WaitConditionAsync(() => end is not null && Workflow.AllHandlersFinished);
        return end == "fail"
            ? throw new ApplicationFailureException("It went wrong.", "Wrong", nonRetryable: true)
            : string.Join(", ", said);
    }

    [WorkflowSignal]
    public Task SayAsync(string word)
    {
        said.Add(word);
        return Task.CompletedTask;
    }

    [WorkflowSignal]
    public Task EndAsync()
    {
        end = "complete";
        return Task.CompletedTask;
    }

    [WorkflowSignal]
    public Task FailAsync()
    {
        end = "fail";
        return Task.CompletedTask;
    }

    [WorkflowQuery]
    public string Said() => string.Join(", ", said);

    [WorkflowQuery]
    public string Broken() => throw new InvalidOperationException("This question cannot be answered.");

    [WorkflowUpdate]
    public Task<int> TellAsync(string word)
    {
        said.Add(word);
        return Task.FromResult(said.Count);
    }

    [WorkflowUpdateValidator(nameof(TellAsync))]
    public void ValidateTell(string word)
    {
        if (word.Length == 0)
            throw new ApplicationFailureException("Say something.", "Silent");
    }

    [WorkflowUpdate]
    public Task RefuseAsync() => throw new ApplicationFailureException("Heard and refused.", "Refused");

    /// <summary>Ends only once the word has been said.</summary>
    [WorkflowUpdate]
    public async Task<string> HearAsync(string word)
    {
        await Workflow.WaitConditionAsync(() => said.Contains(word));
        return $"heard {word}";
    }
}
