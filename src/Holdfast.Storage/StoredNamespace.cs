namespace Holdfast.Storage;

/// <summary>A namespace as stored: id (UUID), name, and its settings as an encoded <c>DescribeNamespaceResponse</c>.</summary>
public sealed record StoredNamespace(string Id, string Name, byte[] Settings, IReadOnlyDictionary<string, int> SearchAttributes);
