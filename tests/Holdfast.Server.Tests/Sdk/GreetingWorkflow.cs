using Temporalio.Activities;
using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Calls an activity, then waits to be told the last word by signal, query and update.</summary>
[Workflow]
public class GreetingWorkflow
{
    private string? lastWord;
    private string greeting = "";

    [WorkflowRun]
    public async Task<string> RunAsync(string name)
    {
        greeting = await Workflow.ExecuteActivityAsync(() => Greet(name), new() { StartToCloseTimeout = TimeSpan.FromSeconds(30) });
        await Workflow.WaitConditionAsync(() => lastWord is not null);
        return $"{greeting} {lastWord}";
    }

    [WorkflowQuery]
    public string Greeting() => greeting;

    [WorkflowSignal]
    public Task SayAsync(string word)
    {
        lastWord = word;
        return Task.CompletedTask;
    }

    [WorkflowUpdate]
    public async Task<string> CorrectAsync(string name)
    {
        await Workflow.WaitConditionAsync(() => greeting.Length > 0);
        greeting = $"Hello, {name}!";
        return greeting;
    }

    [Activity]
    public static string Greet(string name) => $"Hello, {name}!";
}
