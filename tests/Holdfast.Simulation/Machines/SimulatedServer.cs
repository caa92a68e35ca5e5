using System.Globalization;
using Holdfast.Engine;
using Holdfast.Runtime.Matching;
using Holdfast.Runtime.Queries;
using Holdfast.Runtime.Shards;
using Holdfast.Storage;

namespace Holdfast.Simulation.Machines;

/// <summary>A server process: the real shards, matching and queries over the simulated disk.</summary>
internal sealed class SimulatedServer
{
    public const string Namespace = "ns";

    private readonly HashSet<Action> openCalls = [];
    private int lost;

    public SimulatedServer(World world, SimulatedDisk disk, int number, Func<string> newId)
    {
        Process = new SimulatedProcess(world, string.Create(CultureInfo.InvariantCulture, $"server-{number}"));
        var store = new FaultyStore(world, disk, Process);
        var queues = new TaskQueues(Process.Clock);
        Shards = new LocalShards(new ShardEnvironment
        {
            Store = store,
            Journal = new JournalWriter(store, Process.Name, Process),
            Queues = queues,
            Time = Process.Clock,
            NewId = newId,
            FindNamespace = id => new NamespaceView(id, id),
            Shards = 3,
            CacheBytes = world.Dice.Of(1, 20_000, 64 * 1024 * 1024),
            OnShardLost = _ => lost++,
            Scheduler = Process,
            Logger = new ToldLog(world, Process.Name),
        });
        Queries = new WorkflowQueries(Shards, queues, Process.Clock, newId);
        WorkflowTasks = new WorkflowTaskPolls(Shards, queues, Queries, Process.Clock, newId);
        ActivityTasks = new ActivityTaskPolls(Shards, queues, Process.Clock, newId);
    }

    public SimulatedProcess Process { get; }

    public LocalShards Shards { get; }

    public WorkflowQueries Queries { get; }

    public WorkflowTaskPolls WorkflowTasks { get; }

    public ActivityTaskPolls ActivityTasks { get; }

    /// <summary>Another server took a shard: this one has no future.</summary>
    public bool HasLostShards => lost > 0;

    public Task StartAsync() => Process.Run(() => Shards.StartAsync(CancellationToken.None));

    /// <summary>Runs a call in this process; ends with <see cref="ConnectionLostException"/> when the process dies before it is answered.</summary>
    public async Task<T> CallAsync<T>(Func<SimulatedServer, Task<T>> call)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Lose() => answer.TrySetException(new ConnectionLostException());
        openCalls.Add(Lose);
        _ = Process.Run(async () =>
        {
            try
            {
                answer.TrySetResult(await call(this));
            }
            catch (Exception e)
            {
                answer.TrySetException(e);
            }
        });
        try
        {
            return await answer.Task;
        }
        finally
        {
            openCalls.Remove(Lose);
        }
    }

    /// <summary>Whoever still waits for a dead server's answers hears that the connection is gone.</summary>
    public void Hang()
    {
        foreach (var lose in openCalls.ToArray())
            lose();
        openCalls.Clear();
    }
}
