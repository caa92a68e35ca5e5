using Google.Protobuf;
using Holdfast.Engine;
using Holdfast.Storage.Inspection;

namespace Holdfast.Storage.InMemory;

/// <summary>What an <see cref="InMemoryStore"/> held at one instant.</summary>
internal sealed class InMemoryInspection(
    IReadOnlyList<InspectedRun> runs,
    Dictionary<(string NamespaceId, string WorkflowId), string> currentRuns,
    IReadOnlyList<StoredNamespace> namespaces,
    int shardCount) : IStoreInspection
{
    private readonly Dictionary<RunKey, InspectedRun> byKey = runs.ToDictionary(run => run.Run);

    public static InspectedRun Of(MemoryRun run) => new()
    {
        EntityId = run.EntityId,
        Run = run.Key,
        Shard = run.Shard,
        Status = run.Status,
        WakeAt = run.WakeAt,
        Owes = run.Owes,
        Journal = new StoredRun(
            [.. run.Rows.Select(row => row.Records.ToArray())], new Dictionary<string, ByteString>(run.Slots), run.Rows is [var first, ..] ? first.Sequence : 1),
        Visibility = run.Visibility,
    };

    public ValueTask<int> ReadShardCountAsync(CancellationToken cancellation) => ValueTask.FromResult(shardCount);

    public ValueTask<IReadOnlyList<StoredNamespace>> LoadNamespacesAsync(CancellationToken cancellation) => ValueTask.FromResult(namespaces);

    public ValueTask<IReadOnlyList<InspectedRun>> ReadRunsAsync(long afterEntityId, int limit, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<InspectedRun>>([.. runs.Where(run => run.EntityId > afterEntityId).OrderBy(run => run.EntityId).Take(limit)]);

    public ValueTask<InspectedRun?> FindRunAsync(RunKey run, CancellationToken cancellation) => ValueTask.FromResult(byKey.GetValueOrDefault(run));

    public ValueTask<string?> FindCurrentRunAsync(string namespaceId, string workflowId, CancellationToken cancellation) =>
        ValueTask.FromResult(currentRuns.GetValueOrDefault((namespaceId, workflowId)));

    public async IAsyncEnumerable<StoreDamage> FindDamageAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        foreach (var ((namespaceId, workflowId), runId) in currentRuns)
        {
            var run = new RunKey(namespaceId, workflowId, runId);
            if (!byKey.ContainsKey(run))
                yield return new StoreDamage(run, "it is the current run of its workflow id, but there is no such run.");
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
