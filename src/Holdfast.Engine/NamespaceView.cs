using System.Collections.Immutable;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine;

/// <summary>What decisions need to know of a namespace.</summary>
public sealed record NamespaceView(string Id, string Name)
{
    /// <summary>Registered custom search attributes by name; the predefined and system ones are known to the engine.</summary>
    public ImmutableDictionary<string, IndexedValueType> SearchAttributes { get; init; } = ImmutableDictionary<string, IndexedValueType>.Empty;
}
