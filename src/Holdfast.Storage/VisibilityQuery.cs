namespace Holdfast.Storage;

/// <summary>A list or count of one namespace's runs.</summary>
public sealed record VisibilityQuery(string NamespaceId, int PageSize = 1000, string PageToken = "");
