using Holdfast.Engine;
using Holdfast.Engine.Workflows.Lifecycle;
using Holdfast.Engine.Workflows.Signals;
using Holdfast.Engine.Workflows.Updates;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Runtime.Matching;

/// <summary>
/// Which task queues a request from outside may bring a task that was not there before. Signals, timers and results are not among them: they make one workflow
/// task at most for a run that exists, and to refuse them would keep work from ending.
/// </summary>
internal static class QueuesThatGrow
{
    public static IEnumerable<(string Name, TaskQueueType Type)> By<TReply>(IWorkflowRequest<TReply> request) => request switch
    {
        StartWorkflow start => [(start.Request.TaskQueue.Name, TaskQueueType.Workflow)],
        SignalWithStart start => [(start.Request.TaskQueue.Name, TaskQueueType.Workflow)],
        UpdateWithStart start => [(start.Start.TaskQueue.Name, TaskQueueType.Workflow)],
        CompleteWorkflowTask task => task.Request.Commands
            .Where(command => command.ScheduleActivityTaskCommandAttributes?.TaskQueue is not null)
            .Select(command => (command.ScheduleActivityTaskCommandAttributes.TaskQueue.Name, TaskQueueType.Activity)),
        _ => [],
    };
}
