using Holdfast.AI.Chat;
using Temporalio.Workflows;

namespace Holdfast.AI.Tests.Chat;

/// <summary>Reads an order out of a text.</summary>
[Workflow]
public sealed class OrderFormWorkflow
{
    [WorkflowRun]
    public async Task<Order> RunAsync(string text)
    {
        var response = await DurableChat.Client("agent", AgentWorkflow.Quick).GetResponseAsync<Order>(text);
        return response.Result;
    }
}
