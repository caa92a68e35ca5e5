using System.Runtime.CompilerServices;
using Temporalio.Activities;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.AI.Chat;

/// <summary>The calls of tools that models ask for.</summary>
public static class ToolCalls
{
    internal static readonly object IdKey = new();

    // The ids used so far in each workflow instance that is in memory. It is rebuilt by a replay, like any field of the workflow.
    private static readonly ConditionalWeakTable<object, HashSet<string>> Used = [];

    /// <summary>
    /// Within a tool's activity: the same for every attempt of this call, different for every other call. Give it to whatever can take
    /// an idempotency key, so that a retry does not do the thing twice.
    /// </summary>
    public static string IdempotencyKey
    {
        get
        {
            var info = ActivityExecutionContext.Current.Info;
            return $"{info.WorkflowRunId}/{info.ActivityId}";
        }
    }

    /// <summary>The id of the activity that carries out a call: the model's own id of it, made unique where a model uses one twice.</summary>
    internal static string ActivityIdFor(string callId)
    {
        var used = Used.GetOrCreateValue(Workflow.Instance);
        var name = callId.Length > 0 ? callId : "tool";
        var id = name;
        for (var number = 2; !used.Add(id); number++)
            id = $"{name}-{number}";
        return id;
    }

    /// <summary>In a workflow: whether an activity's id was given to a tool call.</summary>
    internal static bool IsOne(string activityId) => Used.TryGetValue(Workflow.Instance, out var used) && used.Contains(activityId);

    internal static string ErrorText(FailureException failure) => failure switch
    {
        ActivityFailureException { InnerException: ApplicationFailureException cause } => $"Error: {cause.Message}",
        ActivityFailureException { InnerException: TimeoutFailureException } => "Error: the tool took too long.",
        _ => $"Error: {failure.Message}",
    };
}
