using System.Diagnostics;
using System.Globalization;
using Holdfast.Simulation;

// --seed N      the first seed (default: by the clock); without --minutes this one alone
// --minutes M   go on with the seeds that follow for so many minutes of real time
// --seeds N     go on with so many seeds
// --length L    minutes of virtual time with faults per seed (default 4)
// --workers W   worker processes of each kind (default 2)
// --log         print all that was told
int? seed = null;
var minutes = 0.0;
var seeds = 1;
var options = new SimulationOptions();
for (var i = 0; i < args.Length; i++)
{
    var name = args[i];
    if (name == "--log")
    {
        options = options with { KeepLog = true };
        continue;
    }

    if (++i == args.Length || !double.TryParse(args[i], CultureInfo.InvariantCulture, out var value))
        return Usage(name);
    switch (name)
    {
        case "--seed":
            seed = (int)value;
            break;
        case "--minutes":
            minutes = value;
            break;
        case "--seeds":
            seeds = (int)value;
            break;
        case "--length":
            options = options with { Length = TimeSpan.FromMinutes(value) };
            break;
        case "--workers":
            options = options with { Workers = (int)value };
            break;
        default:
            return Usage(name);
    }
}

var first = seed ?? (int)(DateTime.UtcNow.Ticks % 1_000_000_000);
var clock = Stopwatch.StartNew();
var failed = 0;
var done = 0;
for (var next = first; done < seeds || clock.Elapsed < TimeSpan.FromMinutes(minutes); next++)
{
    var result = Simulation.Run(next, options);
    done++;
    if (options.KeepLog || result.Violation is not null)
    {
        foreach (var line in result.Log)
            Console.WriteLine(line);
    }

    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"seed {next}: {result.Violation ?? "ok"} ({result.Runs} runs, {result.Facts} facts, {result.Steps} steps, hash {result.Hash:x16})"));
    if (result.Violation is not null)
        failed++;
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done} seeds in {clock.Elapsed.TotalSeconds:F0} s, {failed} failed"));
return failed == 0 ? 0 : 1;

static int Usage(string problem)
{
    Console.Error.WriteLine($"Cannot understand {problem}. Options: --seed N --minutes M --seeds N --length MINUTES --workers W --log");
    return 2;
}
