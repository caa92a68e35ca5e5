using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine;
using Holdfast.Engine.Workflows.Lifecycle;
using Holdfast.Engine.Workflows.Signals;
using Holdfast.Engine.Workflows.Updates;
using Holdfast.Simulation.Checks;
using Holdfast.Simulation.Machines;
using Holdfast.Simulation.Workers;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using TaskQueue = Temporalio.Api.TaskQueue.V1.TaskQueue;

namespace Holdfast.Simulation.Clients;

/// <summary>
/// An application: starts its own workflows and signals, updates, asks, cancels and terminates anybody's. It repeats a request with the same id until
/// it has an answer, and tells the ledger what it was promised.
/// </summary>
internal sealed class Client(World world, Network network, Ledger ledger, SimulatedProcess process, int number)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private int requests;

    public async Task RunAsync()
    {
        while (!world.IsCalm)
        {
            await process.Pause(world.Dice.Between(0.01, 4));
            try
            {
                await DoAsync(world.Dice.Below(20));
            }
            catch (ConnectionLostException)
            {
                // A question without an answer; questions leave no trace.
            }
        }
    }

    private string NewRequestId() => string.Create(CultureInfo.InvariantCulture, $"{process.Name}-{++requests}");

    private string Own() => string.Create(CultureInfo.InvariantCulture, $"w{number}.{world.Dice.Below(4)}");

    private string Anybodys() => string.Create(CultureInfo.InvariantCulture, $"w{world.Dice.Below(3)}.{world.Dice.Below(4)}");

    private Task DoAsync(int what) => what switch
    {
        < 6 => StartAsync(),
        < 11 => SignalAsync(),
        < 13 => SignalWithStartAsync(),
        < 16 => UpdateAsync(),
        < 18 => QueryAsync(),
        18 => CancelAsync(),
        _ => TerminateAsync(),
    };

    private async Task StartAsync()
    {
        var request = new StartWorkflowExecutionRequest
        {
            WorkflowId = Own(),
            RequestId = NewRequestId(),
            WorkflowType = new WorkflowType { Name = "random" },
            TaskQueue = new TaskQueue { Name = WorkflowProgram.Queue },
            Input = WorkflowProgram.Input(world.Dice.Below(1_000_000), 0),
            WorkflowIdReusePolicy = world.Dice.Of(
                WorkflowIdReusePolicy.AllowDuplicate, WorkflowIdReusePolicy.AllowDuplicateFailedOnly, WorkflowIdReusePolicy.AllowDuplicate),
            WorkflowIdConflictPolicy = world.Dice.Of(
                WorkflowIdConflictPolicy.Fail, WorkflowIdConflictPolicy.UseExisting, WorkflowIdConflictPolicy.TerminateExisting),
        };
        if (world.Dice.Chance(0.2))
            request.WorkflowRunTimeout = Duration.FromTimeSpan(world.Dice.Between(5, 60));
        if (world.Dice.Chance(0.2))
            request.RetryPolicy = new RetryPolicy { InitialInterval = Duration.FromTimeSpan(world.Dice.Between(0.5, 5)), MaximumAttempts = 3 };
        if (world.Dice.Chance(0.1))
            request.CronSchedule = "@every 20s";
        else if (world.Dice.Chance(0.1))
            request.WorkflowStartDelay = Duration.FromTimeSpan(world.Dice.Between(0.5, 20));
        var answer = await network.AskAsync(process, () => new StartWorkflow(SimulatedServer.Namespace, request), Patience);
        Told("start", request.WorkflowId, answer);
        if (answer is { Refusal: null } started)
            ledger.Exists(request.WorkflowId, started.Reply.Response.RunId);
    }

    private async Task SignalAsync()
    {
        var id = NewRequestId();
        var target = new WorkflowTarget(SimulatedServer.Namespace, Anybodys());
        var answer = await network.AskAsync(
            process,
            () => new SignalWorkflow(target, new SignalWorkflowExecutionRequest { SignalName = id, RequestId = id, Identity = process.Name }),
            Patience);
        Told("signal", target.WorkflowId, answer);
        ledger.Signaled(target.WorkflowId, id, answer is { Refusal: null });
    }

    private async Task SignalWithStartAsync()
    {
        var id = NewRequestId();
        var request = new SignalWithStartWorkflowExecutionRequest
        {
            WorkflowId = Own(),
            RequestId = id,
            SignalName = id,
            WorkflowType = new WorkflowType { Name = "random" },
            TaskQueue = new TaskQueue { Name = WorkflowProgram.Queue },
            Input = WorkflowProgram.Input(world.Dice.Below(1_000_000), 0),
        };
        var answer = await network.AskAsync(process, () => new SignalWithStart(SimulatedServer.Namespace, request), Patience);
        Told("signal with start", request.WorkflowId, answer);
        ledger.Signaled(request.WorkflowId, id, answer is { Refusal: null });
        if (answer is { Refusal: null } started)
            ledger.Exists(request.WorkflowId, started.Reply.RunId);
    }

    private async Task UpdateAsync()
    {
        var id = NewRequestId();
        var kind = world.Dice.Of("now", "now", "later", "reject");
        var target = new WorkflowTarget(SimulatedServer.Namespace, Anybodys());
        var request = new UpdateWorkflowExecutionRequest
        {
            Request = new Request { Meta = new Meta { UpdateId = id }, Input = new Input { Name = kind } },
        };
        var until = world.Now + Patience;
        while (world.Now < until)
        {
            var admitted = await network.AskAsync(process, () => new UpdateWorkflow(target, request), Patience);
            Told($"update ({kind}) {id}", target.WorkflowId, admitted);
            if (admitted is not { Refusal: null } taken)
                return;

            var run = target with { RunId = taken.Reply.UpdateRef.WorkflowExecution.RunId };
            if (await WaitForUpdateAsync(run, id) is not { } status)
                continue;
            world.Tell($"{process.Name} hears of update {id}: {status.Stage} {status.Refusal?.Message}");
            if (status is { Refusal: null, Outcome.Success: not null })
                ledger.UpdateCompleted(run.WorkflowId, run.RunId, id);
            return;
        }
    }

    private async Task<UpdateStatus?> WaitForUpdateAsync(WorkflowTarget run, string id)
    {
        try
        {
            return await network.CallAsync(process, async server =>
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), server.Process.Clock);
                var seen = await server.Shards.WatchAsync(
                    run,
                    snapshot => UpdateStatus.Of(snapshot.State, id) is var status
                        && (status.Refusal is not null || status.Stage == UpdateWorkflowExecutionLifecycleStage.Completed),
                    patience.Token);
                UpdateStatus? status = seen is null ? null : UpdateStatus.Of(seen.State, id);
                return status is { Refusal: null, Stage: not UpdateWorkflowExecutionLifecycleStage.Completed } ? null : status;
            });
        }
        catch (Exception e) when (e is ConnectionLostException or Runtime.RequestRefusedException)
        {
            await process.Pause(TimeSpan.FromMilliseconds(200));
            return null;
        }
    }

    private async Task QueryAsync()
    {
        var workflowId = Anybodys();
        var answer = await network.CallAsync(process, async server => await server.Queries.QueryAsync(
            SimulatedServer.Namespace,
            new QueryWorkflowRequest { Execution = new WorkflowExecution { WorkflowId = workflowId }, Query = new WorkflowQuery { QueryType = "how" } },
            TimeSpan.FromSeconds(10),
            CancellationToken.None));
        Told<QueryWorkflowResponse>("query", workflowId, answer);
    }

    private async Task CancelAsync()
    {
        var id = NewRequestId();
        var target = new WorkflowTarget(SimulatedServer.Namespace, Anybodys());
        Told("cancel", target.WorkflowId, await network.AskAsync(
            process, () => new RequestCancelWorkflow(target, new RequestCancelWorkflowExecutionRequest { RequestId = id }), Patience));
    }

    private async Task TerminateAsync()
    {
        var target = new WorkflowTarget(SimulatedServer.Namespace, Anybodys());
        Told("terminate", target.WorkflowId, await network.AskAsync(
            process, () => new TerminateWorkflow(target, new TerminateWorkflowExecutionRequest { Reason = "by chance" }), Patience));
    }

    private void Told<T>(string what, string workflowId, Answer<T>? answer) =>
        world.Tell($"{process.Name} {what} {workflowId}: {(answer is not { } told ? "no answer" : told.Refusal is { } refusal ? $"{refusal.Code} {refusal.Message}" : "done")}");
}
