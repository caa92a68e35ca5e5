using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Engine.Workflows.Properties;

/// <summary>The <c>RecordMarker</c> command: a note of the SDK's for its own replay (local activities, side effects, versions).</summary>
internal static class RecordMarker
{
    public static CommandRejection? Decide(RecordMarkerCommandAttributes command, Command envelope, Turn turn)
    {
        if (command.MarkerName.Length == 0)
            return new CommandRejection(WorkflowTaskFailedCause.BadRecordMarkerAttributes, "MarkerName is not set on RecordMarkerCommand.");
        if (Sizes.Problem(command, turn.Context.Limits) is { } tooLarge)
            return new CommandRejection(WorkflowTaskFailedCause.BadRecordMarkerAttributes, $"RecordMarkerCommandAttributes.Details: {tooLarge}", TerminatesRun: true);

        turn.Append(HistoryEvents.MarkerRecorded(command, envelope, turn.CompletedEventId));
        return null;
    }
}
