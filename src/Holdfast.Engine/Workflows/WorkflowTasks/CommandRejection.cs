using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>Why a worker's command (or message) cannot be carried out: its whole workflow task fails with this cause.</summary>
/// <param name="TerminatesRun">The run cannot go on at all (a payload over the limit would only come again).</param>
internal sealed record CommandRejection(WorkflowTaskFailedCause Cause, string Message, bool TerminatesRun = false);
