using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Workflows;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Update.V1;

namespace Holdfast.Engine.Tests.Traces;

/// <summary>What a worker says in a completed workflow task.</summary>
internal static class Say
{
    public static Command CompleteWorkflow(string result = "done") => new()
    {
        CommandType = CommandType.CompleteWorkflowExecution,
        CompleteWorkflowExecutionCommandAttributes = new() { Result = Payload(result) },
    };

    public static Command FailWorkflow(string message = "broken") => new()
    {
        CommandType = CommandType.FailWorkflowExecution,
        FailWorkflowExecutionCommandAttributes = new() { Failure = Failure(message) },
    };

    public static Command CancelWorkflow() => new()
    {
        CommandType = CommandType.CancelWorkflowExecution,
        CancelWorkflowExecutionCommandAttributes = new() { Details = Payload("cancelled") },
    };

    public static Command ContinueAsNew() => new()
    {
        CommandType = CommandType.ContinueAsNewWorkflowExecution,
        ContinueAsNewWorkflowExecutionCommandAttributes = new(),
    };

    public static Command StartChild(string workflowId, Action<StartChildWorkflowExecutionCommandAttributes>? with = null)
    {
        var attributes = new StartChildWorkflowExecutionCommandAttributes { WorkflowId = workflowId, WorkflowType = new WorkflowType { Name = "child-type" } };
        with?.Invoke(attributes);
        return new Command { CommandType = CommandType.StartChildWorkflowExecution, StartChildWorkflowExecutionCommandAttributes = attributes };
    }

    public static Command SignalExternal(string workflowId, Action<SignalExternalWorkflowExecutionCommandAttributes>? with = null)
    {
        var attributes = new SignalExternalWorkflowExecutionCommandAttributes
        {
            Execution = new WorkflowExecution { WorkflowId = workflowId },
            SignalName = "poke",
            Input = Payload("hello"),
        };
        with?.Invoke(attributes);
        return new Command { CommandType = CommandType.SignalExternalWorkflowExecution, SignalExternalWorkflowExecutionCommandAttributes = attributes };
    }

    public static Command CancelExternal(string workflowId, Action<RequestCancelExternalWorkflowExecutionCommandAttributes>? with = null)
    {
        var attributes = new RequestCancelExternalWorkflowExecutionCommandAttributes { WorkflowId = workflowId, Reason = "enough" };
        with?.Invoke(attributes);
        return new Command { CommandType = CommandType.RequestCancelExternalWorkflowExecution, RequestCancelExternalWorkflowExecutionCommandAttributes = attributes };
    }

    /// <summary>The command that gives a message its place among the commands.</summary>
    public static Command Send(Message message) => new()
    {
        CommandType = CommandType.ProtocolMessage,
        ProtocolMessageCommandAttributes = new() { MessageId = message.Id },
    };

    public static Message Accept(string updateId, Request? request = null) => new()
    {
        Id = $"{updateId}/accept",
        ProtocolInstanceId = updateId,
        Body = Any.Pack(new Acceptance { AcceptedRequestMessageId = $"{updateId}/request", AcceptedRequestSequencingEventId = 5, AcceptedRequest = request }),
    };

    public static Message Answer(string updateId, string result = "fine") => new()
    {
        Id = $"{updateId}/complete",
        ProtocolInstanceId = updateId,
        Body = Any.Pack(new Response { Meta = new Meta { UpdateId = updateId }, Outcome = new Outcome { Success = Payload(result) } }),
    };

    public static Message Reject(string updateId, string why = "no") => new()
    {
        Id = $"{updateId}/reject",
        ProtocolInstanceId = updateId,
        Body = Any.Pack(new Rejection { RejectedRequestMessageId = $"{updateId}/request", Failure = Failure(why) }),
    };

    public static Failure Failure(string message) => new() { Message = message, ApplicationFailureInfo = new() { Type = "Broken" } };

    public static Payloads Payload(string text) => new() { Payloads_ = { PayloadValues.Json(text) } };
}
