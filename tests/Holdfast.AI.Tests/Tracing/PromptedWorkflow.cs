using Holdfast.AI.Chat;
using Holdfast.AI.Tests.Chat;
using Holdfast.AI.Tracing.Prompts;
using Microsoft.Extensions.AI;
using Temporalio.Workflows;

namespace Holdfast.AI.Tests.Tracing;

/// <summary>Asks with a prompt of Langfuse, waits until it is told to go on, and asks with it again.</summary>
[Workflow("Prompted")]
public sealed class PromptedWorkflow
{
    private bool goOn;

    [WorkflowSignal]
    public Task GoOnAsync()
    {
        goOn = true;
        return Task.CompletedTask;
    }

    [WorkflowRun]
    public async Task<string> RunAsync(string name, string? fallback)
    {
        var prompt = await DurablePrompts.GetAsync(name, fallback: fallback);
        var chat = DurableChat.Client("agent", AgentWorkflow.Quick);
        var messages = prompt.ToMessages(("name", "Ada"));
        messages.Add(new(ChatRole.User, "Hi"));
        await chat.GetResponseAsync(messages, new ChatOptions().From(prompt));
        await Workflow.WaitConditionAsync(() => goOn);
        return (await chat.GetResponseAsync(messages, new ChatOptions().From(prompt))).Text;
    }
}
