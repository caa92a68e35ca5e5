using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Journal;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>Creates a run: started event, first signal if any, and the first workflow task unless that has to wait.</summary>
internal static class NewRun
{
    public static RunChange Create(DecisionContext context, NewRunOptions options) => Begin(context, options).Change!;

    /// <summary>As <see cref="Create"/>, for a caller that goes on with the run in the same decision.</summary>
    public static Turn Begin(DecisionContext context, NewRunOptions options)
    {
        var turn = new Turn(
            new RunCreated
            {
                NamespaceId = options.Key.NamespaceId,
                WorkflowId = options.Key.WorkflowId,
                RunId = options.Key.RunId,
                CreateRequestId = options.RequestId,
                AwaitsParent = options.AwaitsParent,
            },
            context);

        // A signal given with the start does not wait for a start delay; it does wait for a cron tick.
        var backoff = options.FirstSignal is null || options.Attributes.CronSchedule.Length > 0 ? options.FirstTaskBackoff : TimeSpan.Zero;
        turn.Append(Started(context, options, backoff));
        if (options.FirstSignal is not null)
            turn.Append(options.FirstSignal);
        if (backoff <= TimeSpan.Zero && !options.AwaitsParent)
            ScheduleWorkflowTask.Now(turn, context.Now);
        return turn;
    }

    private static HistoryEvent Started(DecisionContext context, NewRunOptions options, TimeSpan backoff)
    {
        var attributes = options.Attributes;
        var key = options.Key;
        attributes.WorkflowId = key.WorkflowId;
        if (attributes.OriginalExecutionRunId.Length == 0)
            attributes.OriginalExecutionRunId = key.RunId;
        if (attributes.FirstExecutionRunId.Length == 0)
            attributes.FirstExecutionRunId = key.RunId;
        if (attributes.Attempt < 1)
            attributes.Attempt = 1;
        if (attributes.RootWorkflowExecution is null && attributes.ParentWorkflowExecution is null)
            attributes.RootWorkflowExecution = new WorkflowExecution { WorkflowId = key.WorkflowId, RunId = key.RunId };
        attributes.Header ??= new Header();
        attributes.FirstWorkflowTaskBackoff = Duration.FromTimeSpan(backoff);
        NormaliseTimeouts(attributes, context.Limits);

        var executionTimeout = Durations.OrZero(attributes.WorkflowExecutionTimeout);
        if (attributes.WorkflowExecutionExpirationTime is null && executionTimeout > TimeSpan.Zero)
            attributes.WorkflowExecutionExpirationTime = Timestamp.FromDateTime(Durations.Add(context.Now + backoff, executionTimeout));

        var started = new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionStarted,
            WorkflowExecutionStartedEventAttributes = attributes,
            UserMetadata = options.UserMetadata,
        };
        started.Links.AddRange(options.Links);
        return started;
    }

    private static void NormaliseTimeouts(WorkflowExecutionStartedEventAttributes attributes, EngineLimits limits)
    {
        var executionTimeout = Durations.OrZero(attributes.WorkflowExecutionTimeout);
        var runTimeout = Durations.OrZero(attributes.WorkflowRunTimeout);
        if (executionTimeout > TimeSpan.Zero && (runTimeout == TimeSpan.Zero || runTimeout > executionTimeout))
            runTimeout = executionTimeout;

        var taskTimeout = Durations.OrZero(attributes.WorkflowTaskTimeout);
        if (taskTimeout == TimeSpan.Zero)
            taskTimeout = limits.DefaultWorkflowTaskTimeout;
        if (taskTimeout > limits.MaxWorkflowTaskTimeout)
            taskTimeout = limits.MaxWorkflowTaskTimeout;
        if (runTimeout > TimeSpan.Zero && taskTimeout > runTimeout)
            taskTimeout = runTimeout;

        attributes.WorkflowExecutionTimeout = Duration.FromTimeSpan(executionTimeout);
        attributes.WorkflowRunTimeout = Duration.FromTimeSpan(runTimeout);
        attributes.WorkflowTaskTimeout = Duration.FromTimeSpan(taskTimeout);
    }
}
