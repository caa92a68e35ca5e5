using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Holdfast.Engine;

/// <summary>
/// What must hold whatever callers do. Always on: a broken invariant is a bug of ours, and the shard that meets one stops and
/// reloads from the journal rather than write what it no longer understands.
/// </summary>
public static class Invariant
{
    public static void Holds([DoesNotReturnIf(false)] bool condition, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        if (!condition)
            throw new InvariantBrokenException(what ?? "unnamed");
    }
}
