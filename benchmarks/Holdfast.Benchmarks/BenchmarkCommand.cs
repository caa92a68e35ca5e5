using System.CommandLine;
using Grpc.Core;
using Holdfast.Benchmarks.Load;
using Holdfast.Benchmarks.Soak;
using Holdfast.Storage.Postgres;

namespace Holdfast.Benchmarks;

/// <summary>The command line.</summary>
internal static class BenchmarkCommand
{
    private const string Everything = "all";

    public static RootCommand Create()
    {
        string[] allButSoak = [.. Scenario.All.Select(s => s.Name), .. CallScenario.All.Select(s => s.Name), LongHistoryRun.Name, ManyIdleRun.Name];
        var executable = new Option<string?>("--exe") { Description = "The server's executable. Default: src/Holdfast's Release build." };
        var target = new Option<string?>("--target") { Description = "HOST:PORT of a server that is already running, instead of starting one." };
        var processId = new Option<int?>("--pid") { Description = "With --target: the server's process id, for its CPU and memory." };
        var serverArgument = new Option<string[]>("--server-arg") { Description = "Handed on to `server start-dev`; may be repeated.", DefaultValueFactory = _ => [] };
        var inMemory = new Option<bool>("--in-memory") { Description = "Start the server without a database file." };
        var database = new Option<PostgresAddress?>("--db")
        {
            Description = "Start the server on this PostgreSQL (postgres://USER:PASSWORD@HOST:PORT/DATABASE), in a schema of its own for each measurement.",
            CustomParser = result =>
            {
                try
                {
                    return PostgresAddress.Parse(result.Tokens[0].Value);
                }
                catch (FormatException wrong)
                {
                    result.AddError(wrong.Message);
                    return null;
                }
            },
        };
        var scenario = new Option<string[]>("--scenario")
        {
            Description = $"What to run; {Everything} is all of them but {SoakRun.Name}.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["one-activity", "three-activities"],
        };
        scenario.AcceptOnlyFromAmong([Everything, .. allButSoak, SoakRun.Name]);
        var inFlight = new Option<int[]>("--in-flight")
        {
            Description = "Workflows (or calls) open at once; several levels are measured one after the other.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1, 32, 256],
        };
        var count = new Option<int?>("--count") { Description = "Workflows to measure at each level. Default: 500, 4000 or 8000, by level; of calls, 2000 or 20000." };
        var warmUp = new Option<int?>("--warmup") { Description = "Workflows to run before measuring. Default: 300 or 4000, by level." };
        var starts = new Option<int>("--starts") { Description = "How many cold starts to measure (0 for none).", DefaultValueFactory = _ => 5 };
        var eager = new Option<bool>("--eager") { Description = "Ask for eager activities." };
        var settle = new Option<int>("--settle") { Description = "Seconds to wait before counting bytes on disk, so that closed workflows are compacted.", DefaultValueFactory = _ => 0 };
        var connections = new Option<int>("--connections") { Description = "HTTP/2 connections of the load generator.", DefaultValueFactory = _ => 2 };
        var pollers = new Option<int>("--pollers") { Description = "Concurrent polls of each kind.", DefaultValueFactory = _ => 16 };
        var minutes = new Option<int>("--minutes") { Description = "Of the soak.", DefaultValueFactory = _ => 60 };
        var rate = new Option<int>("--rate") { Description = "Workflows that the soak begins each second.", DefaultValueFactory = _ => 20 };
        var json = new Option<string?>("--json") { Description = "Also write the results to this file as JSON." };
        inFlight.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int[]>()?.Any(level => level < 1) == true)
                result.AddError($"{inFlight.Name} must be at least 1.");
        });
        foreach (var option in new[] { connections, pollers, minutes, rate })
        {
            option.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int>() < 1)
                    result.AddError($"{option.Name} must be at least 1.");
            });
        }

        var command = new RootCommand("Drives a Holdfast server over its raw protocol and prints what it costs.")
        {
            executable, target, processId, serverArgument, inMemory, database, scenario, inFlight, count, warmUp, starts, eager, settle, connections, pollers,
            minutes, rate, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var asked = parsed.GetValue(scenario)!;
            if (asked.Contains(Everything))
                asked = [.. asked, .. allButSoak];
            var options = new BenchmarkOptions
            {
                Executable = parsed.GetValue(executable),
                Target = parsed.GetValue(target),
                TargetProcessId = parsed.GetValue(processId),
                ServerArguments = parsed.GetValue(serverArgument)!,
                InMemory = parsed.GetValue(inMemory),
                Database = parsed.GetValue(database),
                ManyIdle = asked.Contains(ManyIdleRun.Name),
                Soak = asked.Contains(SoakRun.Name),
                SoakMinutes = parsed.GetValue(minutes),
                SoakRate = parsed.GetValue(rate),
                LongHistory = asked.Contains(LongHistoryRun.Name),
                CallScenarios = [.. CallScenario.All.Where(s => asked.Contains(s.Name))],
                Scenarios = [.. Scenario.All.Where(s => asked.Contains(s.Name))],
                InFlight = parsed.GetValue(inFlight)!,
                Count = parsed.GetValue(count),
                WarmUp = parsed.GetValue(warmUp),
                Starts = parsed.GetValue(starts),
                Eager = parsed.GetValue(eager),
                Settle = TimeSpan.FromSeconds(parsed.GetValue(settle)),
                Connections = parsed.GetValue(connections),
                Pollers = parsed.GetValue(pollers),
                JsonFile = parsed.GetValue(json),
            };
            try
            {
                await new BenchmarkRun(options).RunAsync(cancel);
                return 0;
            }
            catch (BenchmarkException e)
            {
                Console.Error.WriteLine(e.Message);
                return 1;
            }
            catch (RpcException e)
            {
                Console.Error.WriteLine($"A call failed: {e.Status}");
                return 1;
            }
        });
        return command;
    }
}
