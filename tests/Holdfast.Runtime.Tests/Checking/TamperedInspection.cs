using Holdfast.Engine;
using Holdfast.Storage;
using Holdfast.Storage.Inspection;

namespace Holdfast.Runtime.Tests.Checking;

/// <summary>A store in which something is not as it should be.</summary>
internal sealed class TamperedInspection(IStoreInspection inner) : IStoreInspection
{
    public Func<InspectedRun, InspectedRun> Run { get; init; } = run => run;

    public Func<string, string?, string?> CurrentRun { get; init; } = (_, runId) => runId;

    public IReadOnlyList<StoreDamage> OwnDamage { get; init; } = [];

    public ValueTask<int> ReadShardCountAsync(CancellationToken cancellation) => inner.ReadShardCountAsync(cancellation);

    public ValueTask<IReadOnlyList<StoredNamespace>> LoadNamespacesAsync(CancellationToken cancellation) => inner.LoadNamespacesAsync(cancellation);

    public async ValueTask<IReadOnlyList<InspectedRun>> ReadRunsAsync(long afterEntityId, int limit, CancellationToken cancellation) =>
        [.. (await inner.ReadRunsAsync(afterEntityId, limit, cancellation)).Select(Run)];

    public async ValueTask<InspectedRun?> FindRunAsync(RunKey run, CancellationToken cancellation) =>
        await inner.FindRunAsync(run, cancellation) is { } found ? Run(found) : null;

    public async ValueTask<string?> FindCurrentRunAsync(string namespaceId, string workflowId, CancellationToken cancellation) =>
        CurrentRun(workflowId, await inner.FindCurrentRunAsync(namespaceId, workflowId, cancellation));

    public async IAsyncEnumerable<StoreDamage> FindDamageAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var damage in inner.FindDamageAsync(cancellation))
            yield return damage;
        foreach (var damage in OwnDamage)
            yield return damage;
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
