using Holdfast.AI.Chat;
using Microsoft.Extensions.AI;
using Temporalio.Workflows;

namespace Holdfast.AI.Tests.Chat;

/// <summary>Asks two questions at the same time.</summary>
[Workflow]
public sealed class TwoQuestionsWorkflow
{
    [WorkflowRun]
    public async Task<string[]> RunAsync(string first, string second)
    {
        var chat = DurableChat.Client("agent", AgentWorkflow.Quick);
        var responses = await Workflow.WhenAllAsync(((string[])[first, second]).Select(question => chat.GetResponseAsync(question)));
        return [.. responses.Select(response => response.Text)];
    }
}
