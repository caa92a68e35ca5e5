using Temporalio.Api.Enums.V1;

namespace Holdfast.Storage;

/// <summary>How many runs match; by status too when the query grouped.</summary>
public sealed record VisibilityCount(long Total, IReadOnlyDictionary<WorkflowExecutionStatus, long> ByStatus);
