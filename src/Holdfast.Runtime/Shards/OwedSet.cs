using System.Collections.Immutable;
using Holdfast.Engine;

namespace Holdfast.Runtime.Shards;

/// <summary>The obligations of one debt, to be looked up in. Nearly always there is one or none, for which a hash table would be the dearer way.</summary>
internal readonly struct OwedSet(ImmutableArray<Obligation> all)
{
    private const int MostSearched = 8;

    private readonly HashSet<Obligation>? index = all.Length > MostSearched ? [.. all] : null;

    public static OwedSet Empty { get; } = new([]);

    public ImmutableArray<Obligation> All { get; } = all;

    public bool Contains(Obligation obligation) => index?.Contains(obligation) ?? All.Contains(obligation);
}
