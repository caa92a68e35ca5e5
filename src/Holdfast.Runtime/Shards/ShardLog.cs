using Microsoft.Extensions.Logging;

namespace Holdfast.Runtime.Shards;

internal static partial class ShardLog
{
    [LoggerMessage(1, LogLevel.Error, "Deciding {Request} of workflow {WorkflowId} (run {RunId}) failed; the request was refused and the run is loaded anew.")]
    public static partial void DecisionFailed(ILogger logger, Exception exception, string request, string workflowId, string runId);

    [LoggerMessage(2, LogLevel.Error, "What run {RunId} of workflow {WorkflowId} owes cannot be derived; it is looked at again in a minute.")]
    public static partial void DebtUnknown(ILogger logger, Exception exception, string workflowId, string runId);

    [LoggerMessage(3, LogLevel.Error, "Workflow {WorkflowId} (run {RunId}) cannot be loaded.")]
    public static partial void LoadFailed(ILogger logger, Exception exception, string workflowId, string runId);

    [LoggerMessage(4, LogLevel.Error, "Shard {Shard} failed; it forgets its memory and reloads from the store.")]
    public static partial void Reloading(ILogger logger, Exception exception, int shard);

    [LoggerMessage(5, LogLevel.Warning, "Shard {Shard} could not ask the store what is due; it asks again.")]
    public static partial void DueRunsUnknown(ILogger logger, Exception exception, int shard);

    [LoggerMessage(6, LogLevel.Critical, "Shard {Shard} stopped: a bug in its loop. Restart the server; nothing that was answered is lost.")]
    public static partial void ShardStopped(ILogger logger, Exception exception, int shard);

    [LoggerMessage(8, LogLevel.Critical, "Shard {Shard} is given up: {Reason} Requests to it are refused from now on; nothing that was answered is lost.")]
    public static partial void ShardLost(ILogger logger, int shard, string reason);

    [LoggerMessage(9, LogLevel.Warning, "Shard {Shard} cannot open its journal; requests are refused until it can. It tries again in {PauseMs} ms.")]
    public static partial void OpenFailed(ILogger logger, Exception exception, int shard, double pauseMs);

    [LoggerMessage(10, LogLevel.Error, "Workflow {WorkflowId} (run {RunId}, namespace id {NamespaceId}) is in quarantine, its stored data is damaged: {Damage} Everything else is served; 'holdfast check' looks through the whole database.")]
    public static partial void Quarantined(ILogger logger, string workflowId, string runId, string namespaceId, string damage);

    [LoggerMessage(7, LogLevel.Warning, "Delivery {Kind} of event {EventId} of workflow {WorkflowId} (run {RunId}) was given up, its own run refuses the outcome: {Problem}")]
    public static partial void DeliveryGivenUp(ILogger logger, string kind, long eventId, string workflowId, string runId, string problem);
}
