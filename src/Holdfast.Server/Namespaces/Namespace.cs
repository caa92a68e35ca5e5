using System.Collections.Immutable;
using Google.Protobuf;
using Holdfast.Engine;
using Holdfast.Storage;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Namespaces;

/// <summary>A namespace as it stands. Changing one makes another; <see cref="Settings"/> is never changed in place.</summary>
internal sealed record Namespace(NamespaceView View, DescribeNamespaceResponse Settings)
{
    public string Id => View.Id;

    public string Name => View.Name;

    public NamespaceState State => Settings.NamespaceInfo.State;

    public static Namespace FromStored(StoredNamespace stored) => new(
        new NamespaceView(stored.Id, stored.Name)
        {
            SearchAttributes = stored.SearchAttributes.ToImmutableDictionary(entry => entry.Key, entry => (IndexedValueType)entry.Value),
        },
        DescribeNamespaceResponse.Parser.ParseFrom(stored.Settings));

    public StoredNamespace ToStored() => new(
        Id,
        Name,
        Settings.ToByteArray(),
        View.SearchAttributes.ToDictionary(entry => entry.Key, entry => (int)entry.Value));
}
