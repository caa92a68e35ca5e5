using System.Globalization;
using Holdfast.Engine;

namespace Holdfast.Simulation.Machines;

/// <summary>The server processes there are, and the way to them, on which requests and answers take time and get lost.</summary>
internal sealed class Network(World world, SimulatedDisk disk)
{
    private const double Loss = 0.01;

    private readonly List<SimulatedServer> servers = [];
    private int started;
    private int ids;

    public SimulatedServer? Newest => servers.Count == 0 ? null : servers[^1];

    public string NewId() => string.Create(CultureInfo.InvariantCulture, $"id-{++ids}");

    /// <summary>Starts one more server; whatever server there was is an old owner from then on.</summary>
    public async Task StartServerAsync()
    {
        var server = new SimulatedServer(world, disk, ++started, NewId);
        world.Tell($"{server.Process.Name} starts");
        try
        {
            await server.StartAsync();
            if (!server.Process.IsDead)
                servers.Add(server);
        }
        catch (Exception e) when (e is IOException or Storage.ShardLostException)
        {
            world.Tell($"{server.Process.Name} could not start: {e.Message}");
            server.Process.Kill();
        }
    }

    /// <summary>Kills a server, the newest unless an older one is meant, and breaks its connections.</summary>
    public void Kill(SimulatedServer server)
    {
        server.Process.Kill();
        servers.Remove(server);
        server.Hang();
    }

    /// <summary>Looks after the servers as an operator would: those that are dead or have lost shards go, and one is always there.</summary>
    public async Task SuperviseAsync(SimulatedProcess supervisor)
    {
        while (true)
        {
            foreach (var server in servers.ToArray())
            {
                if (server.Process.IsDead || (server.HasLostShards && world.Dice.Chance(0.2)))
                    Kill(server);
            }

            if (servers.Count == 0 || (servers.Count == 1 && servers[0].HasLostShards))
            {
                // A start that hangs because its process was killed must not keep the next one from being tried.
                var start = StartServerAsync();
                await Task.WhenAny(start, supervisor.Pause(TimeSpan.FromSeconds(15)));
            }

            await supervisor.Pause(TimeSpan.FromMilliseconds(300));
        }
    }

    /// <summary>Sends a call to a server; <see cref="ConnectionLostException"/> when nobody knows what came of it.</summary>
    public async Task<T> CallAsync<T>(SimulatedProcess caller, Func<SimulatedServer, Task<T>> call)
    {
        await caller.Pause(world.Mishap(0.01) ? world.Dice.Between(0.05, 5) : world.Dice.Between(0.0001, 0.001));
        if (servers.Count == 0 || world.Mishap(Loss))
            throw new ConnectionLostException();
        var server = world.Mishap(0.1) ? servers[world.Dice.Below(servers.Count)] : servers[^1];
        var answer = await server.CallAsync(call);
        await caller.Pause(world.Dice.Between(0.0001, 0.001));
        if (world.Mishap(Loss))
            throw new ConnectionLostException();
        return answer;
    }

    /// <summary>
    /// Asks with the same request again and again until there is an answer that is final, as SDKs do; null when the caller's patience was over before.
    /// </summary>
    public async Task<Answer<T>?> AskAsync<T>(SimulatedProcess caller, Func<IWorkflowRequest<T>> request, TimeSpan patience)
    {
        var until = world.Now + patience;
        for (var pause = 0.1; world.Now < until; pause = Math.Min(pause * 1.7, 5))
        {
            try
            {
                var asked = request();
                var told = await CallAsync(caller, async server => await server.Shards.AskAsync(asked, CancellationToken.None));
                if (told.Answer.Refusal?.Code is not (RefusalCode.Unavailable or RefusalCode.ResourceExhausted))
                    return told.Answer;
            }
            catch (ConnectionLostException)
            {
            }

            await caller.Pause(TimeSpan.FromSeconds(pause));
        }

        return null;
    }
}
