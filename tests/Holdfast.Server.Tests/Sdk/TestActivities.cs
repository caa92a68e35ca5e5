using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;

namespace Holdfast.Server.Tests.Sdk;

/// <summary>Activities that are written where they are tested.</summary>
internal static class TestActivities
{
    /// <summary>Adds <see cref="CallActivity"/> and the activity that it calls.</summary>
    public static TemporalWorkerOptions Work<T>(this TemporalWorkerOptions options, Func<ActivityExecutionContext, Task<T>> body) =>
        options.AddWorkflow<CallActivity>().Activity("work", body);

    public static TemporalWorkerOptions Activity<T>(this TemporalWorkerOptions options, string name, Func<ActivityExecutionContext, Task<T>> body) =>
        options.AddActivity(ActivityDefinition.Create(name, typeof(Task<T>), [], 0, _ => body(ActivityExecutionContext.Current)));

    public static Task<WorkflowHandle<CallActivity, string?>> CallAsync(this SdkServer server, ActivityCall call, WorkflowOptions? options = null) =>
        server.Client.StartWorkflowAsync((CallActivity wf) => wf.RunAsync(call), options ?? server.Options());

    /// <summary>Why the workflow's activity failed.</summary>
    public static async Task<ActivityFailureException> ActivityFailureAsync(this WorkflowHandle handle)
    {
        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
        return Assert.IsType<ActivityFailureException>(failed.InnerException);
    }

    /// <summary>Never comes back by itself: only a cancellation or the worker's end ends it.</summary>
    public static async Task<string> HangAsync(ActivityExecutionContext context)
    {
        await Task.Delay(Timeout.Infinite, context.CancellationToken);
        return "";
    }
}
