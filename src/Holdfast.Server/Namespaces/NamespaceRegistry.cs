using System.Collections.Frozen;
using System.Collections.Immutable;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine;
using Holdfast.Runtime.Housekeeping;
using Holdfast.Storage;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Namespace.V1;
using Temporalio.Api.Replication.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Namespaces;

/// <summary>
/// All namespaces, in memory and in the store. Readers see one immutable picture; changes go one after the other, and become visible
/// once they are durable.
/// </summary>
internal sealed class NamespaceRegistry(IStore store, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim oneChange = new(1);
    private volatile Picture picture = Picture.Of([]);

    /// <summary>All namespaces, by name.</summary>
    public IReadOnlyList<Namespace> All => picture.Ordered;

    /// <summary>How long each namespace keeps its closed workflows.</summary>
    public IReadOnlyList<NamespaceRetention> Retentions =>
        [.. All.Select(one => new NamespaceRetention(one.Id, one.Settings.Config?.WorkflowExecutionRetentionTtl?.ToTimeSpan() ?? TimeSpan.Zero))];

    public void Dispose() => oneChange.Dispose();

    public async Task LoadAsync(CancellationToken cancellation) =>
        picture = Picture.Of((await store.LoadNamespacesAsync(cancellation)).Select(Namespace.FromStored));

    public Namespace? FindByName(string name) => picture.ByName.GetValueOrDefault(name);

    /// <summary>The namespace that a request names, or a refusal. Some callers hold an id where the protocol says name; both are taken.</summary>
    public Answer<Namespace> Resolve(string name)
    {
        if (name.Length == 0)
            return Refusal.InvalidArgument("Namespace not set on request.");
        return (FindByName(name) ?? FindById(name)) is { } found ? found : NotFound(name);
    }

    public Namespace? FindById(string id) => picture.ById.GetValueOrDefault(id);

    /// <summary>Makes a namespace that is registered, in this cluster alone, and archives nothing.</summary>
    public Task<Answer<Namespace>> RegisterAsync(RegisterNamespaceRequest request, CancellationToken cancellation) => ChangeAsync(
        () =>
        {
            if (FindByName(request.Namespace) is not null)
                return new Refusal(RefusalCode.AlreadyExists, "Namespace already exists.", new NamespaceAlreadyExistsFailure());

            // Ids are ordered by time, so that what belongs to a namespace lies together in an index.
            var id = Guid.CreateVersion7(time.GetUtcNow()).ToString();
            return new Namespace(
                new NamespaceView(id, request.Namespace),
                new DescribeNamespaceResponse
                {
                    NamespaceInfo = new NamespaceInfo
                    {
                        Id = id,
                        Name = request.Namespace,
                        State = NamespaceState.Registered,
                        Description = request.Description,
                        OwnerEmail = request.OwnerEmail,
                        Data = { request.Data },
                    },
                    Config = new NamespaceConfig
                    {
                        WorkflowExecutionRetentionTtl = request.WorkflowExecutionRetentionPeriod,
                        HistoryArchivalState = ArchivalState.Disabled,
                        VisibilityArchivalState = ArchivalState.Disabled,
                        BadBinaries = new BadBinaries(),
                    },
                    ReplicationConfig = new NamespaceReplicationConfig
                    {
                        ActiveClusterName = ServerIdentity.ClusterName,
                        Clusters = { new ClusterReplicationConfig { ClusterName = ServerIdentity.ClusterName } },
                        State = ReplicationState.Normal,
                    },
                });
        },
        cancellation);

    /// <summary>Changes a namespace's settings.</summary>
    public Task<Answer<Namespace>> UpdateAsync(string name, Action<DescribeNamespaceResponse> change, CancellationToken cancellation) => ChangeAsync(
        () =>
        {
            if (FindByName(name) is not { } found)
                return NotFound(name);
            var settings = found.Settings.Clone();
            change(settings);
            return found with { Settings = settings };
        },
        cancellation);

    /// <summary>Changes which custom search attributes a namespace has.</summary>
    public Task<Answer<Namespace>> UpdateSearchAttributesAsync(
        string name,
        Func<ImmutableDictionary<string, IndexedValueType>, Answer<ImmutableDictionary<string, IndexedValueType>>> change,
        CancellationToken cancellation) => ChangeAsync(
        () =>
        {
            if (FindByName(name) is not { } found)
                return NotFound(name);
            var changed = change(found.View.SearchAttributes);
            if (changed.Refusal is { } refusal)
                return refusal;
            return found with { View = found.View with { SearchAttributes = changed.Reply } };
        },
        cancellation);

    /// <summary>Makes sure that a namespace of that name exists and has at least these search attributes.</summary>
    public async Task EnsureAsync(
        string name, TimeSpan retention, IEnumerable<KeyValuePair<string, IndexedValueType>> searchAttributes, CancellationToken cancellation)
    {
        if (FindByName(name) is null)
        {
            await RegisterAsync(
                new RegisterNamespaceRequest { Namespace = name, WorkflowExecutionRetentionPeriod = Duration.FromTimeSpan(retention) },
                cancellation);
        }

        await UpdateSearchAttributesAsync(name, known => known.SetItems(searchAttributes.Where(wanted => !known.ContainsKey(wanted.Key))), cancellation);
    }

    public static Refusal NotFound(string name) =>
        new(RefusalCode.NotFound, $"Namespace {name} is not found.", new NamespaceNotFoundFailure { Namespace = name });

    private async Task<Answer<Namespace>> ChangeAsync(Func<Answer<Namespace>> decide, CancellationToken cancellation)
    {
        await oneChange.WaitAsync(cancellation);
        try
        {
            var decided = decide();
            if (decided.Refusal is not null)
                return decided;

            var changed = decided.Reply;
            if (FindById(changed.Id) is { } before && before == changed)
                return changed;
            await store.SaveNamespaceAsync(changed.ToStored(), cancellation);
            picture = Picture.Of(picture.Ordered.Where(other => other.Id != changed.Id).Append(changed));
            return changed;
        }
        finally
        {
            oneChange.Release();
        }
    }

    private sealed record Picture(FrozenDictionary<string, Namespace> ByName, FrozenDictionary<string, Namespace> ById, IReadOnlyList<Namespace> Ordered)
    {
        public static Picture Of(IEnumerable<Namespace> namespaces)
        {
            var ordered = namespaces.OrderBy(one => one.Name, StringComparer.Ordinal).ToArray();
            return new Picture(
                ordered.ToFrozenDictionary(one => one.Name, StringComparer.Ordinal),
                ordered.ToFrozenDictionary(one => one.Id, StringComparer.Ordinal),
                ordered);
        }
    }
}
