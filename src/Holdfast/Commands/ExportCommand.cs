using System.CommandLine;
using Holdfast.Runtime.Histories;
using Holdfast.Storage;
using Holdfast.Storage.Inspection;

namespace Holdfast.Commands;

/// <summary><c>holdfast export</c>: writes a run's history as the JSON that SDKs' replayers read.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var database = DatabaseOptions.Create();
        var workflowId = new Option<string>("--workflow-id", "-w") { Description = "The workflow.", Required = true };
        var runId = new Option<string>("--run-id", "-r") { Description = "The run. [default: the workflow's current one]", DefaultValueFactory = _ => "" };
        var name = new Option<string>("--namespace", "-n") { Description = "The namespace.", DefaultValueFactory = _ => "default" };
        var file = new Argument<string?>("FILE") { Description = "Where to write it; it must not exist. [default: standard output]", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("export", "Write a workflow's history as JSON, for SDKs' replayers or 'holdfast import'. A server may use the database meanwhile.")
        {
            workflowId, runId, name, file,
        };
        database.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                var json = await ReadAsync(
                    database, parsed, parsed.GetRequiredValue(name), parsed.GetRequiredValue(workflowId), parsed.GetRequiredValue(runId), cancellation);
                if (parsed.GetValue(file) is not { } path)
                {
                    await Console.Out.WriteLineAsync(json);
                    return ExitCodes.Success;
                }

                await using var stream = new FileStream(path, FileMode.CreateNew);
                await using var writer = new StreamWriter(stream);
                await writer.WriteAsync(json);
                return ExitCodes.Success;
            }
            catch (Exception wrong) when (wrong is StoreUnusableException or DamagedRunException or StoreDamagedException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"holdfast: {wrong.Message}");
                return ExitCodes.Failure;
            }
        });
        return command;
    }

    private static async Task<string> ReadAsync(
        DatabaseOptions database, ParseResult parsed, string name, string workflowId, string runId, CancellationToken cancellation)
    {
        await using var inspection = await database.InspectAsync(parsed, cancellation);
        var ns = (await inspection.LoadNamespacesAsync(cancellation)).FirstOrDefault(one => one.Name == name)
            ?? throw new StoreUnusableException($"There is no namespace {name}.");
        return await HistoryExport.ReadAsync(inspection, ns.Id, workflowId, runId, cancellation)
            ?? throw new StoreUnusableException($"There is no workflow {workflowId}{(runId.Length > 0 ? $" with a run {runId}" : "")} in namespace {name}.");
    }
}
