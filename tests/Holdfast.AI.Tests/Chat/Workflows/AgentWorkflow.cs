using Holdfast.AI.Chat;
using Microsoft.Extensions.AI;
using Temporalio.Workflows;

namespace Holdfast.AI.Tests.Chat;

/// <summary>Answers a question with tools: activities, and one that is workflow code.</summary>
[Workflow]
public sealed class AgentWorkflow
{
    /// <summary>Short waits between tries.</summary>
    public static DurableChatOptions Quick { get; } = new()
    {
        Activity = new()
        {
            StartToCloseTimeout = TimeSpan.FromSeconds(30),
            HeartbeatTimeout = TimeSpan.FromSeconds(5),
            RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(10), MaximumAttempts = 4 },
        },
    };

    [WorkflowRun]
    public async Task<AgentReport> RunAsync(string question)
    {
        var waits = 0;
        var chat = DurableChat.Client("agent", Quick);
        var options = new ChatOptions
        {
            Tools =
            [
                .. ActivityTool.AllOf<ShopTools>(),
                AIFunctionFactory.Create(
                    async (int milliseconds) =>
                    {
                        await Workflow.DelayAsync(milliseconds);
                        // Both before and after the wait this must be the workflow's own thread of events.
                        return $"waited {++waits} times by {Workflow.Info.WorkflowType}";
                    },
                    "wait"),
            ],
        };
        var response = await chat.GetResponseAsync(question, options);
        return new(response.Text, response.Messages.Count, chat.Attempts);
    }
}
