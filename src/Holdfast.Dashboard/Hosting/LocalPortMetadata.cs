namespace Holdfast.Dashboard.Hosting;

/// <summary>An endpoint that exists on one of the host's ports only.</summary>
internal sealed record LocalPortMetadata(int Port);
