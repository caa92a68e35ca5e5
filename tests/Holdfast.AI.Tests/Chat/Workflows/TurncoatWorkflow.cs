using Holdfast.AI.Chat;
using Holdfast.AI.Tenants;
using Microsoft.Extensions.AI;
using Temporalio.Workflows;

namespace Holdfast.AI.Tests.Chat;

/// <summary>Says that it belongs to another tenant than it was started for, and continues as new with that.</summary>
[Workflow]
public sealed class TurncoatWorkflow
{
    [WorkflowRun]
    public async Task RunAsync(string other)
    {
        if (Workflow.Info.ContinuedRunId is null)
        {
            await AskAsync();
            throw Workflow.CreateContinueAsNewException((TurncoatWorkflow workflow) => workflow.RunAsync(other));
        }

        Workflow.UpsertTypedSearchAttributes(TenantNames.Key.ValueSet(other));
        await AskAsync();
    }

    private static Task<ChatResponse> AskAsync() => DurableChat.Client("agent", AgentWorkflow.Quick).GetResponseAsync("Hi");
}
