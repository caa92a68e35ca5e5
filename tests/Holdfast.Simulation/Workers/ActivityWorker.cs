using Holdfast.Engine;
using Holdfast.Engine.Workflows.Activities;
using Holdfast.Simulation.Checks;
using Holdfast.Simulation.Machines;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.WorkflowService.V1;
using TaskQueue = Temporalio.Api.TaskQueue.V1.TaskQueue;

namespace Holdfast.Simulation.Workers;

/// <summary>A worker process for activities: runs them, fails as often as they are told to, beats; at times slow, forgetful, or twice.</summary>
internal sealed class ActivityWorker(World world, Network network, Ledger ledger, SimulatedProcess process)
{
    public void Start()
    {
        for (var i = 0; i < 3; i++)
            _ = process.Run(PollAsync);
    }

    private async Task PollAsync()
    {
        while (true)
        {
            try
            {
                var request = new PollActivityTaskQueueRequest { Identity = process.Name, TaskQueue = new TaskQueue { Name = WorkflowProgram.Queue } };
                var answer = await network.CallAsync(process, async server =>
                {
                    var polled = await server.ActivityTasks.PollAsync(SimulatedServer.Namespace, request, TimeSpan.FromSeconds(60), CancellationToken.None);
                    if (polled is { Refusal: null, Reply: { } handedOut })
                        ledger.ActivityStarted(TaskToken.Parse(handedOut.TaskToken)!);
                    return polled;
                });
                if (answer.Refusal is not null)
                    await process.Pause(TimeSpan.FromMilliseconds(200));
                else if (answer.Reply is { } task)
                    await WorkAsync(task);
            }
            catch (ConnectionLostException)
            {
                await process.Pause(TimeSpan.FromMilliseconds(200));
            }
        }
    }

    private async Task WorkAsync(PollActivityTaskQueueResponse task)
    {
        var token = TaskToken.Parse(task.TaskToken)!;
        var activity = ActivityLookup.ByToken(token);
        var fails = Said.Numbers(task.Input)[0];
        if (world.Mishap(0.03))
        {
            world.Tell($"{process.Name} forgets activity {token.WorkflowId} {token.ActivityId}");
            return;
        }

        var work = world.Mishap(0.05) ? world.Dice.Between(2, 25) : world.Dice.Between(0.001, 0.3);
        while (work > TimeSpan.FromSeconds(0.5))
        {
            await process.Pause(TimeSpan.FromSeconds(0.5));
            work -= TimeSpan.FromSeconds(0.5);
            if (world.Mishap(0.2))
                continue;
            var beat = await network.AskAsync(process, () => new RecordActivityHeartbeat(activity, Said.Numbers(1)), TimeSpan.FromSeconds(1));
            if (beat is { Refusal: not null })
                return;
            if (beat is { Refusal: null, Reply.CancelRequested: true })
            {
                await EndAsync(token, () => new RespondActivityCanceled(activity, null, process.Name));
                return;
            }
        }

        await process.Pause(work);
        if (task.Attempt <= fails)
        {
            await EndAsync(token, () => new FailActivity(
                activity, new Failure { Message = "on purpose", ApplicationFailureInfo = new() { Type = "Purpose" } }, null, process.Name));
            return;
        }

        if (world.Mishap(0.05))
            _ = process.Run(() => EndAsync(token, () => new CompleteActivity(activity, Said.Numbers(2), process.Name)));
        if (await EndAsync(token, () => new CompleteActivity(activity, Said.Numbers(1), process.Name)))
            ledger.ActivityCompleted(token);
    }

    private async Task<bool> EndAsync(TaskToken token, Func<IWorkflowRequest<bool>> end)
    {
        var answer = await network.AskAsync(process, end, TimeSpan.FromSeconds(20));
        world.Tell($"{process.Name} ended activity {token.WorkflowId} {token.ActivityId} attempt {token.Attempt}: {answer?.Refusal?.Code.ToString() ?? (answer is null ? "no answer" : "taken")}");
        return answer is { Refusal: null };
    }
}
