using Holdfast.AI.Chat;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.AI.Tests.Chat;

/// <summary>Gives a model call little time and only one try, and tells what it took.</summary>
[Workflow]
public sealed class ImpatientWorkflow
{
    [WorkflowRun]
    public async Task<AgentReport> RunAsync(string question)
    {
        var chat = DurableChat.Client("agent", new() { Activity = new() { StartToCloseTimeout = TimeSpan.FromSeconds(2), RetryPolicy = new() { MaximumAttempts = 1 } } });
        try
        {
            await chat.GetResponseAsync([new(Microsoft.Extensions.AI.ChatRole.User, question)]);
            return new("", 0, chat.Attempts);
        }
        catch (ActivityFailureException failure) when (failure.InnerException is TimeoutFailureException)
        {
            return new("Timeout", 0, chat.Attempts);
        }
    }
}
