using Holdfast.AI.Chat;
using Microsoft.Extensions.AI;
using Temporalio.Workflows;

namespace Holdfast.AI.Tests.Chat;

/// <summary>Looks soon again for what it has to wait for.</summary>
[Workflow]
public sealed class LookingWorkflow
{
    [WorkflowRun]
    public async Task<string> RunAsync(string question)
    {
        var chat = DurableChat.Client("agent", AgentWorkflow.Quick with { LookAgainAfter = TimeSpan.FromMilliseconds(50) });
        return (await chat.GetResponseAsync(question)).Text;
    }
}
