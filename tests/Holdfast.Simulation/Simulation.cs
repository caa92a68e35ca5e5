using System.Globalization;
using Holdfast.Engine;
using Holdfast.Engine.Journal;
using Holdfast.Engine.Workflows;
using Holdfast.Engine.Workflows.Lifecycle;
using Holdfast.Engine.Workflows.Signals;
using Holdfast.Runtime.Checking;
using Holdfast.Simulation.Checks;
using Holdfast.Simulation.Clients;
using Holdfast.Simulation.Machines;
using Holdfast.Simulation.Workers;
using Holdfast.Storage;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Simulation;

/// <summary>
/// One story: servers, workers and clients over a disk, with all that can go wrong, for some minutes of virtual time; then calm, until all that is owed
/// should be met; then everything stored is looked through.
/// </summary>
internal sealed class Simulation
{
    private const int Clients = 3;

    // Far beyond what any seed needs: whoever comes here spins.
    private const long MostSteps = 5_000_000;

    private static readonly TimeSpan LongestCalm = TimeSpan.FromHours(3);

    private readonly World world;
    private readonly SimulationOptions options;
    private readonly SimulatedDisk disk;
    private readonly Network network;
    private readonly Ledger ledger;
    private readonly SimulatedProcess driver;
    private readonly List<SimulatedProcess> workers = [];
    private int workersStarted;
    private int runs;

    private Simulation(int seed, SimulationOptions options)
    {
        this.options = options;
        world = new World(seed, options.KeepLog);
        disk = new SimulatedDisk(world);
        network = new Network(world, disk);
        ledger = new Ledger(world);
        driver = new SimulatedProcess(world, "driver");
    }

    public static SimulationResult Run(int seed, SimulationOptions options)
    {
        // A thread of its own: a test runner's has a context and a scheduler, which would take what belongs to the simulated processes.
        SimulationResult? result = null;
        var thread = new Thread(() => result = new Simulation(seed, options).Run()) { Name = "simulation" };
        thread.Start();
        thread.Join();
        return result!;
    }

    private SimulationResult Run()
    {
        var story = driver.Run(StoryAsync);
        while (!story.IsCompleted && world.Violation is null)
        {
            if (!world.Step())
                world.Violated("nothing is left that could happen, but the story has not ended");
            if (world.Steps > MostSteps)
                world.Violated("there is no end to it: something spins");
        }

        if (story is { IsCompleted: true, IsCompletedSuccessfully: false })
            world.Violated($"the simulation itself failed: {story.Exception?.InnerException?.ToString() ?? "cancelled"}");
        return new SimulationResult(world.Seed, world.Violation, world.Hash, world.Steps, runs, ledger.Facts, [.. world.LastLines]);
    }

    private async Task StoryAsync()
    {
        await disk.Store.SaveNamespaceAsync(
            new StoredNamespace(SimulatedServer.Namespace, SimulatedServer.Namespace, [], new Dictionary<string, int>()), CancellationToken.None);
        _ = driver.Run(() => network.SuperviseAsync(driver));
        for (var i = 0; i < options.Workers; i++)
        {
            StartWorker(activities: false);
            StartWorker(activities: true);
        }

        var clients = new List<Task>();
        for (var i = 0; i < Clients; i++)
        {
            var process = new SimulatedProcess(world, string.Create(CultureInfo.InvariantCulture, $"client-{i}"));
            var client = new Client(world, network, ledger, process, i);
            clients.Add(process.Run(client.RunAsync));
        }

        await TroubleAsync();
        world.IsCalm = true;
        world.Tell("calm");
        await Task.WhenAll(clients);
        await FinishAsync();
        await CheckAsync();
    }

    private async Task TroubleAsync()
    {
        var end = world.Now + options.Length;
        while (world.Now < end)
        {
            await driver.Pause(world.Dice.Between(0.5, 20));
            switch (world.Dice.Below(8))
            {
                case 0 or 1 when network.Newest is { } server:
                    network.Kill(server);
                    break;
                case 2:
                    // A second owner, while the first one believes that it still is.
                    _ = driver.Run(network.StartServerAsync);
                    break;
                case 3:
                    disk.FullUntil = world.Now + world.Dice.Between(0.5, 10);
                    world.Tell("disk is full");
                    break;
                case 4 or 5:
                    var victim = world.Dice.Below(workers.Count);
                    workers[victim].Kill();
                    workers.RemoveAt(victim);
                    StartWorker(activities: workers.Count(worker => worker.Name.StartsWith("activities", StringComparison.Ordinal)) < options.Workers);
                    break;
                default:
                    break;
            }
        }
    }

    private void StartWorker(bool activities)
    {
        var process = new SimulatedProcess(world, string.Create(CultureInfo.InvariantCulture, $"{(activities ? "activities" : "workflows")}-{++workersStarted}"));
        workers.Add(process);
        if (activities)
            new ActivityWorker(world, network, ledger, process).Start();
        else
            new WorkflowWorker(world, network, ledger, process).Start();
    }

    /// <summary>Asks every open run to finish until none is open.</summary>
    private async Task FinishAsync()
    {
        var end = world.Now + LongestCalm;
        var asked = 0;
        while (true)
        {
            var open = await OpenRunsAsync();
            if (open.Count == 0)
                return;
            if (world.Now > end)
            {
                foreach (var stuck in open)
                    world.Tell($"stuck: {stuck}");
                world.Violated($"{open.Count} runs do not finish, among them {open[0]}");
                return;
            }

            foreach (var run in open)
            {
                var target = WorkflowTarget.Of(run);
                var id = string.Create(CultureInfo.InvariantCulture, $"finish-{++asked}");
                await network.AskAsync(
                    driver,
                    () => new SignalWorkflow(target, new SignalWorkflowExecutionRequest { SignalName = WorkflowProgram.FinishSignal, RequestId = id }),
                    TimeSpan.FromMinutes(2));

                // A cron never ends by itself.
                if (await CronAsync(run))
                {
                    await network.AskAsync(
                        driver, () => new TerminateWorkflow(target, new TerminateWorkflowExecutionRequest { Reason = "the end" }), TimeSpan.FromMinutes(2));
                }
            }

            await driver.Pause(TimeSpan.FromSeconds(60));
        }
    }

    private async Task<List<RunKey>> OpenRunsAsync()
    {
        await using var stored = disk.Store.Inspect();
        return [.. (await stored.ReadRunsAsync(0, int.MaxValue, CancellationToken.None))
            .Where(run => run.Status == (int)WorkflowExecutionStatus.Running)
            .Select(run => run.Run)];
    }

    private async Task<bool> CronAsync(RunKey run) =>
        (await HistoryOfAsync(run)) is [var started, ..] && started.WorkflowExecutionStartedEventAttributes.CronSchedule.Length > 0;

    private async Task<IReadOnlyList<HistoryEvent>> HistoryOfAsync(RunKey run) =>
        [.. (await disk.Store.LoadJournalAsync(run, CancellationToken.None) ?? [])
            .SelectMany(row => JournalRows.Decode(row.Records.ToArray()))
            .Where(record => record.HistoryBytes is not null)
            .Select(record => HistoryEvent.Parser.ParseFrom(record.HistoryBytes!))];

    private async Task CheckAsync()
    {
        var histories = new Dictionary<RunKey, IReadOnlyList<HistoryEvent>>();
        await using (var stored = disk.Store.Inspect())
        {
            var found = await stored.ReadRunsAsync(0, int.MaxValue, CancellationToken.None);
            foreach (var run in found)
            {
                var history = histories[run.Run] = await HistoryOfAsync(run.Run);
                foreach (var problem in HistoryRules.Broken(history))
                    world.Violated($"{run.Run}: {problem}");
                if (run.Owes)
                    world.Violated($"{run.Run} still owes something");
                await CompareWithMemoryAsync(run.Run);
            }

            // The same request again is the same start, as long as the id's current run is the one that it started.
            foreach (var workflow in found.GroupBy(run => run.Run.WorkflowId))
            {
                var requests = workflow.Select(run => FoldedAt(run).CreateRequestId).ToList();
                for (var i = 1; i < requests.Count; i++)
                {
                    if (requests[i] == requests[i - 1])
                        world.Violated($"start {requests[i]} of {workflow.Key} made two runs");
                }
            }

            runs = found.Count;
        }

        await using var inspected = disk.Store.Inspect();
        await new StoreCheck(inspected).RunAsync(damage => world.Violated($"{damage.Run}: {damage.Problem}"), null, CancellationToken.None);
        ledger.Check(histories);
    }

    private static MutableState FoldedAt(Storage.Inspection.InspectedRun run) =>
        Fold.Rebuild(run.Run, [.. run.Journal!.Rows.SelectMany(row => JournalRows.Decode(row))], run.Journal.Slots);

    /// <summary>What the server says of a run must be the fold of what is stored.</summary>
    private async Task CompareWithMemoryAsync(RunKey run)
    {
        var live = await network.CallAsync(driver, async server => await server.Shards.ReadAsync(WorkflowTarget.Of(run), CancellationToken.None));
        var stored = await disk.Store.LoadRunAsync(run, CancellationToken.None);
        var folded = Fold.Rebuild(run, [.. stored!.Rows.SelectMany(row => JournalRows.Decode(row))], stored.Slots);
        if (live is null || !StateSnapshot.Of(live.State).Equals(StateSnapshot.Of(folded)))
            world.Violated($"what the server has of {run} is not the fold of its journal");
    }
}
