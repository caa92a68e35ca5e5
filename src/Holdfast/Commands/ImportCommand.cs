using System.CommandLine;
using Holdfast.Runtime.Histories;
using Holdfast.Storage;
using Holdfast.Storage.Sqlite;

namespace Holdfast.Commands;

/// <summary><c>holdfast import</c>: puts a closed run's history into a database that no server uses.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var database = new Option<string>("--db-filename", "-f") { Description = "The database file; no server may use it meanwhile.", Required = true };
        var workflowId = new Option<string>("--workflow-id", "-w") { Description = "The workflow id. [default: the one in the history]", DefaultValueFactory = _ => "" };
        var runId = new Option<string>("--run-id", "-r") { Description = "The run id. [default: the one in the history]", DefaultValueFactory = _ => "" };
        var name = new Option<string>("--namespace", "-n") { Description = "The namespace.", DefaultValueFactory = _ => "default" };
        var file = new Argument<string>("FILE") { Description = "The history, as 'holdfast export' or 'temporal workflow show --output json' writes it." };
        var command = new Command("import", "Put a closed workflow's history into a database, as a closed run.") { database, workflowId, runId, name, file };
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = parsed.GetRequiredValue(file);
            try
            {
                var history = HistoryJson.Parse(await File.ReadAllTextAsync(path, cancellation));
                var target = parsed.GetRequiredValue(database);
                if (!File.Exists(target))
                    throw new StoreUnusableException($"There is no database {target}.");
                await using var store = SqliteStore.Open(new SqliteStoreOptions(target));
                var ns = (await store.LoadNamespacesAsync(cancellation)).FirstOrDefault(one => one.Name == parsed.GetRequiredValue(name))
                    ?? throw new HistoryImportException($"There is no namespace {parsed.GetRequiredValue(name)}.");
                var run = await HistoryImport.RunAsync(
                    store,
                    ns.Id,
                    history,
                    parsed.GetRequiredValue(workflowId),
                    parsed.GetRequiredValue(runId),
                    Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString(),
                    cancellation);
                await Console.Out.WriteLineAsync($"Imported {history.Events.Count} events as workflow {run.WorkflowId}, run {run.RunId}.");
                return ExitCodes.Success;
            }
            catch (HistoryImportException wrong)
            {
                await Console.Error.WriteLineAsync($"holdfast: {path} cannot be imported: {wrong.Message}");
                return ExitCodes.Failure;
            }
            catch (Exception wrong) when (wrong is StoreUnusableException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"holdfast: {wrong.Message}");
                return ExitCodes.Failure;
            }
        });
        return command;
    }
}
