namespace Holdfast.Storage.Inspection;

/// <summary>A part of the store that belongs to no single run cannot be read.</summary>
public sealed class StoreDamagedException(string problem, Exception? cause = null) : Exception(problem, cause);
