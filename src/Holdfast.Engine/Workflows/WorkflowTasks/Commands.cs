using Holdfast.Engine.Workflows.Activities;
using Holdfast.Engine.Workflows.Children;
using Holdfast.Engine.Workflows.Externals;
using Holdfast.Engine.Workflows.Lifecycle;
using Holdfast.Engine.Workflows.Properties;
using Holdfast.Engine.Workflows.Timers;
using Holdfast.Engine.Workflows.Updates;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Protocol.V1;

namespace Holdfast.Engine.Workflows.WorkflowTasks;

/// <summary>Which file carries out which command.</summary>
internal static class Commands
{
    /// <param name="messages">The turn's messages; a protocol-message command takes its own out of them.</param>
    public static CommandRejection? CarryOut(Turn turn, Command command, List<Message> messages)
    {
        if (command.AttributesCase == Command.AttributesOneofCase.None)
            return new CommandRejection(WorkflowTaskFailedCause.UnhandledCommand, $"The attributes of a {command.CommandType} command are not set.");

#pragma warning disable CS8524 // A number outside the enum: a command newer than this build.
        return command.CommandType switch
        {
            CommandType.ScheduleActivityTask => ScheduleActivity.Decide(command.ScheduleActivityTaskCommandAttributes, command, turn),
            CommandType.RequestCancelActivityTask => RequestCancelActivity.Decide(command.RequestCancelActivityTaskCommandAttributes, turn),
            CommandType.StartTimer => StartTimer.Decide(command.StartTimerCommandAttributes, command, turn),
            CommandType.CancelTimer => CancelTimer.Decide(command.CancelTimerCommandAttributes, turn),
            CommandType.CompleteWorkflowExecution => CompleteWorkflow.Decide(command.CompleteWorkflowExecutionCommandAttributes, command, turn),
            CommandType.FailWorkflowExecution => FailWorkflow.Decide(command.FailWorkflowExecutionCommandAttributes, command, turn),
            CommandType.CancelWorkflowExecution => CancelWorkflow.Decide(command.CancelWorkflowExecutionCommandAttributes, command, turn),
            CommandType.ContinueAsNewWorkflowExecution => ContinueAsNew.Decide(command.ContinueAsNewWorkflowExecutionCommandAttributes, command, turn),
            CommandType.RecordMarker => RecordMarker.Decide(command.RecordMarkerCommandAttributes, command, turn),
            CommandType.UpsertWorkflowSearchAttributes => UpsertSearchAttributes.Decide(command.UpsertWorkflowSearchAttributesCommandAttributes, turn),
            CommandType.ModifyWorkflowProperties => ModifyProperties.Decide(command.ModifyWorkflowPropertiesCommandAttributes, turn),
            CommandType.StartChildWorkflowExecution => StartChild.Decide(command.StartChildWorkflowExecutionCommandAttributes, command, turn),
            CommandType.SignalExternalWorkflowExecution => SignalExternal.Decide(command.SignalExternalWorkflowExecutionCommandAttributes, command, turn),
            CommandType.RequestCancelExternalWorkflowExecution => CancelExternal.Decide(command.RequestCancelExternalWorkflowExecutionCommandAttributes, command, turn),
            CommandType.ProtocolMessage => CarryMessage(turn, command, messages),
            CommandType.Unspecified or
            CommandType.ScheduleNexusOperation or
            CommandType.RequestCancelNexusOperation =>
                new CommandRejection(WorkflowTaskFailedCause.FeatureDisabled, $"{command.CommandType} commands are not supported."),
        };
#pragma warning restore CS8524
    }

    private static CommandRejection? CarryMessage(Turn turn, Command command, List<Message> messages)
    {
        var id = command.ProtocolMessageCommandAttributes.MessageId;
        var message = messages.Find(candidate => candidate.Id == id);
        if (message is null)
            return new CommandRejection(WorkflowTaskFailedCause.BadUpdateWorkflowExecutionMessage, $"ProtocolMessageCommand referenced absent message ID {id}.");
        messages.Remove(message);
        return UpdateMessages.Handle(turn, message);
    }
}
