using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Workflows.Activities;

/// <summary>Whether another attempt follows, when, and if not, why not.</summary>
internal readonly record struct RetryVerdict(DateTime? NextAttemptAt, RetryState State);
