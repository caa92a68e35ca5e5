using Holdfast.Engine;

namespace Holdfast.Storage;

/// <summary>A listed run.</summary>
public sealed record VisibilityEntry(RunKey Run, VisibilityRow Row);
