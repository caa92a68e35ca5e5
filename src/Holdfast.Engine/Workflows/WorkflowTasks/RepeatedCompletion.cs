using System.Globalization;
using Holdfast.Engine.Workflows.Activities;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>
/// A worker answers a workflow task that it answered before: our reply never reached it, because the server was killed or the connection broke.
/// The turn is not taken again, but the reply is given again, with the tasks that came with it. They count as running, and nobody else
/// would get them before they time out: after ten seconds for a workflow task, after whatever its author allowed for an activity.
/// </summary>
/// <remarks>
/// Safe because a token names one start of one task, and because a worker asks again only if it has not heard the reply. The next task is given
/// again only while it is the very one that the lost reply brought.
/// </remarks>
internal static class RepeatedCompletion
{
    /// <summary>Request id of the tasks that start in the reply to this task's completion; it tells them from tasks that were polled.</summary>
    public static string RequestIdAfter(TaskToken completed) =>
        string.Create(CultureInfo.InvariantCulture, $"after-{completed.StartedEventId}-{completed.StartTicks}");

    public static Decision<WorkflowTaskCompletion> Decide(
        MutableState run, DecisionContext context, TaskToken completed, RespondWorkflowTaskCompletedRequest request)
    {
        var turn = new Turn(run, context);
        var response = new RespondWorkflowTaskCompletedResponse();
        if (run.IsClosed)
            return turn.Reply(new WorkflowTaskCompletion(response, null));

        var requestId = RequestIdAfter(completed);
        foreach (var activity in run.PendingActivities.Values.Where(one => one.IsStarted && one.RequestId == requestId).OrderBy(one => one.ScheduledEventId))
            response.ActivityTasks.Add(StartActivityTask.ToPollResponse(run, activity, context.Namespace.Name));

        if (run.WorkflowTask is not { IsStarted: true } next || next.RequestId != requestId)
            return turn.Reply(new WorkflowTaskCompletion(response, null));

        // A worker that keeps its task alive has some of the updates already and must not get them twice; which ones is not known any more.
        if (request.ForceCreateNewWorkflowTask && run.Updates.Values.Any(update => update.WaitsForWorker))
            return Refusal.NotFound("Workflow task not found.");
        return turn.Reply(new WorkflowTaskCompletion(response, StartWorkflowTask.HandOver(turn, resendUpdates: true)));
    }
}
