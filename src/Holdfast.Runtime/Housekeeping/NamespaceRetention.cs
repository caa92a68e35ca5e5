namespace Holdfast.Runtime.Housekeeping;

/// <summary>How long a namespace keeps its closed runs.</summary>
public sealed record NamespaceRetention(string NamespaceId, TimeSpan Period);
