using Temporalio.Workflows;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Runs the activity <c>work</c> once, cancels it when told to, and ends as it ends.</summary>
[Workflow]
public class CallActivity
{
    private CancellationTokenSource? cancellation;

    [WorkflowRun]
    public Task<string?> RunAsync(ActivityCall call)
    {
        cancellation = CancellationTokenSource.CreateLinkedTokenSource(Workflow.CancellationToken);
        return Workflow.ExecuteActivityAsync<string?>("work", [], call.Options(cancellation.Token));
    }

    [WorkflowSignal]
    public Task CancelActivityAsync()
    {
        cancellation!.Cancel();
        return Task.CompletedTask;
    }
}
