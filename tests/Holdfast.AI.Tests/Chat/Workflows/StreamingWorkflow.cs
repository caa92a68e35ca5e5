using Holdfast.AI.Chat;
using Microsoft.Extensions.AI;
using Temporalio.Workflows;

namespace Holdfast.AI.Tests.Chat;

/// <summary>Answers while others watch.</summary>
[Workflow]
public sealed class StreamingWorkflow
{
    [WorkflowRun]
    public async Task<string> RunAsync(string question)
    {
        var pieces = new List<string>();
        await foreach (var update in DurableChat.Client("agent", AgentWorkflow.Quick).GetStreamingResponseAsync(question))
            pieces.Add(update.Text);
        return string.Concat(pieces);
    }
}
