using Google.Protobuf;
using Holdfast.Engine.Workflows.WorkflowTasks;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Update.V1;

namespace Holdfast.Engine.Workflows.Updates;

/// <summary>What a worker says of updates, in the messages of its completed workflow task.</summary>
internal static class UpdateMessages
{
    /// <summary>Carries one message out. Null when it made sense, else why the workflow task fails.</summary>
    public static CommandRejection? Handle(Turn turn, Message message)
    {
        var id = message.ProtocolInstanceId;
        if (id.Length == 0)
            return Bad($"message {message.Id} names no update: protocol_instance_id is not set");
        if (message.Body is null)
            return Bad($"update {id} received message with nil body");
        if (Sizes.Problem(message.Body, turn.Context.Limits) is { } tooLarge)
            return Bad($"ProtocolMessage: {tooLarge}") with { TerminatesRun = true };

        try
        {
            if (message.Body.TryUnpack<Acceptance>(out var acceptance))
                return AcceptUpdate.Decide(acceptance, id, turn);
            if (message.Body.TryUnpack<Response>(out var response))
                return CompleteUpdate.Decide(response, id, turn);
            if (message.Body.TryUnpack<Rejection>(out var rejection))
                return RejectUpdate.Decide(rejection, id, turn);
        }
        catch (InvalidProtocolBufferException damaged)
        {
            return Bad($"update {id} received a message of type {message.Body.TypeUrl} that cannot be read: {damaged.Message}");
        }

        return Bad($"Message type {message.Body.TypeUrl} not supported");
    }

    /// <summary>
    /// The worker's task is done and it said nothing of some updates that came with it: it does not know updates. To send them again would only
    /// give the same silence, so they are rejected.
    /// </summary>
    public static void RejectUnprocessed(Turn turn)
    {
        foreach (var update in turn.State.Updates.Values.Where(update => update.Stage == UpdateStage.Sent).OrderBy(update => update.Order))
            DropUpdate.Reject(turn, update.UpdateId, Unprocessed());
    }

    internal static CommandRejection Bad(string problem) => new(WorkflowTaskFailedCause.BadUpdateWorkflowExecutionMessage, problem);

    private static Failure Unprocessed() => Failures.Application(
        "Workflow Update is rejected because it wasn't processed by worker. Probably, Workflow Update is not supported by the worker.",
        "UnprocessedUpdate",
        nonRetryable: true);
}
