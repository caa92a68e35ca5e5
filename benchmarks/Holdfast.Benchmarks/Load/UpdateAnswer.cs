using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Benchmarks.Load;

/// <summary>How a workflow takes an update: accepts it and completes it in the same turn.</summary>
internal static class UpdateAnswer
{
    public static void Add(RespondWorkflowTaskCompletedRequest turn, Message message)
    {
        var update = message.Body.Unpack<Request>();
        Send($"{message.ProtocolInstanceId}/accept", new Acceptance
        {
            AcceptedRequestMessageId = message.Id,
            AcceptedRequestSequencingEventId = message.EventId,
            AcceptedRequest = update,
        });
        Send($"{message.ProtocolInstanceId}/complete", new Response { Meta = update.Meta, Outcome = new Outcome { Success = Payloads.Output() } });

        void Send(string id, IMessage body)
        {
            turn.Messages.Add(new Message { Id = id, ProtocolInstanceId = message.ProtocolInstanceId, Body = Any.Pack(body) });
            turn.Commands.Add(new Command { CommandType = CommandType.ProtocolMessage, ProtocolMessageCommandAttributes = new() { MessageId = id } });
        }
    }
}
