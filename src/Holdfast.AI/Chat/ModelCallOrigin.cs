using Temporalio.Activities;

namespace Holdfast.AI.Chat;

/// <summary>For whom a model call is made.</summary>
internal sealed record ModelCallOrigin(string? Namespace, string? WorkflowId, string? RunId, string? WorkflowType, string? ActivityId, string Tenant)
{
    /// <summary>From 1.</summary>
    public int ActivityAttempt { get; private init; } = 1;

    /// <summary>Whether all requests of the activity are this call's, so that their numbers tell them apart.</summary>
    public bool OwnsActivity { get; private init; }

    /// <summary>The call that is the activity.</summary>
    public static ModelCallOrigin Of(ActivityInfo info, string tenant) =>
        new(info.Namespace, info.WorkflowId, info.WorkflowRunId, info.WorkflowType, info.ActivityId, tenant) { ActivityAttempt = info.Attempt, OwnsActivity = info.WorkflowRunId is not null };

    /// <summary>A call outside workflow code: within an activity it is made for that activity's run.</summary>
    public static ModelCallOrigin Here(string tenant) =>
        ActivityExecutionContext.HasCurrent
            ? Of(ActivityExecutionContext.Current.Info, tenant) with { OwnsActivity = false }
            : new(null, null, null, null, null, tenant);
}
