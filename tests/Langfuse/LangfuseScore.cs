namespace Holdfast.Tests.Langfuse;

/// <summary>A score as it was taken.</summary>
internal sealed record LangfuseScore(
    string Id, string Name, string Value, string? DataType, string? TraceId, string? ObservationId, string? Comment, DateTimeOffset Timestamp);
