using System.CommandLine;
using Holdfast.Runtime.Checking;
using Holdfast.Storage;

namespace Holdfast.Commands;

/// <summary><c>holdfast check</c>: looks through a database for damage, whether a server uses it or not.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var database = DatabaseOptions.Create();
        var hashes = new Option<bool>("--hashes") { Description = "Print a hash of each run's history too." };
        var command = new Command("check", "Look through a database for damage. A server may use it meanwhile. Nothing is changed.") { hashes };
        database.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(database, parsed, parsed.GetValue(hashes), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(DatabaseOptions database, ParseResult parsed, bool hashes, CancellationToken cancellation)
    {
        try
        {
            await using var inspection = await database.InspectAsync(parsed, cancellation);
            var check = new StoreCheck(inspection);
            var result = await check.RunAsync(
                damage => Console.Out.WriteLine(damage.Run is { } run
                    ? $"damaged: workflow {run.WorkflowId}, run {run.RunId}, namespace {check.NameOf(run.NamespaceId)}: {damage.Problem}"
                    : $"damaged: {damage.Problem}"),
                hashes
                    ? history => Console.Out.WriteLine($"{history.Sha256} {history.Events} {check.NameOf(history.Run.NamespaceId)} {history.Run.WorkflowId} {history.Run.RunId}")
                    : null,
                cancellation);
            await Console.Out.WriteLineAsync(
                $"{result.Runs} runs ({result.OpenRuns} open) with {result.Events} events: {(result.Damages == 0 ? "no damage" : $"{result.Damages} damages")}");
            if (result.Damages == 0)
                return ExitCodes.Success;

            await Console.Out.WriteLineAsync("""
                What to do: the server serves what is not damaged, and refuses what is. To get the damaged runs back, stop the server and put the newest
                backup that checks clean in place of the database. To go on without them, start those workflows anew under other workflow ids.
                """);
            return ExitCodes.Damage;
        }
        catch (StoreUnusableException wrong)
        {
            await Console.Error.WriteLineAsync($"holdfast: {wrong.Message}");
            return ExitCodes.Failure;
        }
    }
}
