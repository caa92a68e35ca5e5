using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Holdfast.Server.Tests.Host;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using Stage = Temporalio.Api.Enums.V1.UpdateWorkflowExecutionLifecycleStage;

namespace Holdfast.Server.Tests.Wire;

public sealed class UpdateTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private readonly string name = $"updates-{Guid.NewGuid()}";

    private RawClient Client => fixture.Client;

    [Fact]
    public async Task A_poll_tells_how_an_update_stands_and_then_its_outcome()
    {
        await StartAsync();
        var waiting = Client.CallAsync<UpdateWorkflowExecutionResponse>(Update());
        var task = await Client.CallAsync<PollWorkflowTaskQueueResponse>(new PollWorkflowTaskQueueRequest { Namespace = "default", TaskQueue = new TaskQueue { Name = name } });
        if (task.Messages.Count == 0)
        {
            // The task was taken before the update came: the update comes with the next one.
            await CompleteAsync(task, [], []);
            task = await Client.CallAsync<PollWorkflowTaskQueueResponse>(new PollWorkflowTaskQueueRequest { Namespace = "default", TaskQueue = new TaskQueue { Name = name } });
        }

        var request = task.Messages.Single().Body.Unpack<Request>();
        var admitted = await Client.CallAsync<PollWorkflowExecutionUpdateResponse>(Poll());
        await CompleteAsync(
            task,
            [Said("accept", new Acceptance { AcceptedRequestMessageId = task.Messages[0].Id, AcceptedRequest = request }), Said("answer", new Response { Meta = request.Meta, Outcome = new Outcome { Success = new Payloads() } })],
            ["accept", "answer"]);
        var updated = await waiting;
        var completed = await Client.CallAsync<PollWorkflowExecutionUpdateResponse>(Poll(Stage.Completed));

        Assert.Equal(Stage.Admitted, admitted.Stage);
        Assert.Null(admitted.Outcome);
        Assert.Equal(Stage.Completed, updated.Stage);
        Assert.NotNull(updated.Outcome.Success);
        Assert.Equal(Stage.Completed, completed.Stage);
        Assert.Equal(updated.Outcome, completed.Outcome);
    }

    [Fact]
    public async Task A_wait_in_vain_tells_how_far_the_update_came()
    {
        await using var server = await HoldfastServer.StartAsync(options => options.DynamicConfigValues["history.longPollExpirationInterval"] = "\"200ms\"");
        using var client = new RawClient(server);
        await StartAsync(client);

        var updated = await client.CallAsync<UpdateWorkflowExecutionResponse>(Update());

        Assert.Equal(Stage.Admitted, updated.Stage);
        Assert.Null(updated.Outcome);
        Assert.Equal("u1", updated.UpdateRef.UpdateId);
        Assert.NotEmpty(updated.UpdateRef.WorkflowExecution.RunId);
    }

    [Fact]
    public async Task An_update_that_nobody_sent_is_not_found()
    {
        await StartAsync();

        var refusal = await Client.RefusalAsync(Poll());

        Assert.Equal((StatusCode.NotFound, "update \"u1\" not found"), (refusal.Code, refusal.Message));
    }

    [Fact]
    public async Task Requests_that_make_no_sense_are_refused_with_the_name_of_the_field()
    {
        await StartAsync();
        var nameless = Update();
        nameless.Request.Input.Name = "";
        var admitted = Update();
        admitted.WaitPolicy.LifecycleStage = Stage.Admitted;

        var empty = await Client.RefusalAsync(new UpdateWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = new WorkflowExecution { WorkflowId = name } });
        var noName = await Client.RefusalAsync(nameless);
        var onlyAdmitted = await Client.RefusalAsync(admitted);
        var noReference = await Client.RefusalAsync(new PollWorkflowExecutionUpdateRequest { Namespace = "default" });

        Assert.Equal((StatusCode.InvalidArgument, "Request is not set on request."), (empty.Code, empty.Message));
        Assert.Equal((StatusCode.InvalidArgument, "Update name is not set on request."), (noName.Code, noName.Message));
        Assert.Equal(StatusCode.PermissionDenied, onlyAdmitted.Code);
        Assert.Equal((StatusCode.InvalidArgument, "UpdateRef is not set on request."), (noReference.Code, noReference.Message));
    }

    [Fact]
    public async Task A_pair_of_operations_that_cannot_be_says_which_of_the_two_is_to_blame()
    {
        var request = Pair();
        request.Operations[1].UpdateWorkflow.WorkflowExecution.WorkflowId = "another";

        var refusal = await Client.RefusalAsync(request);
        var failure = refusal.DetailAs<MultiOperationExecutionFailure>();

        Assert.Equal((StatusCode.InvalidArgument, "Update-with-Start could not be executed."), (refusal.Code, refusal.Message));
        Assert.Equal([(int)StatusCode.Aborted, (int)StatusCode.InvalidArgument], failure.Statuses.Select(status => status.Code));
        Assert.Equal("type.googleapis.com/temporal.api.failure.v1.MultiOperationExecutionAborted", failure.Statuses[0].Details.Single().TypeUrl);
        Assert.Contains("WorkflowId", failure.Statuses[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pair_whose_workflow_runs_already_fails_with_the_reason()
    {
        await StartAsync();

        var refusal = await Client.RefusalAsync(Pair());
        var failure = refusal.DetailAs<MultiOperationExecutionFailure>();

        Assert.Equal(StatusCode.AlreadyExists, refusal.Code);
        Assert.Equal([(int)StatusCode.AlreadyExists, (int)StatusCode.Aborted], failure.Statuses.Select(status => status.Code));
        Assert.True(failure.Statuses[0].Details.Single().Is(WorkflowExecutionAlreadyStartedFailure.Descriptor));
    }

    private static Message Said(string id, Google.Protobuf.IMessage body) => new() { Id = id, ProtocolInstanceId = "u1", Body = Any.Pack(body) };

    private ExecuteMultiOperationRequest Pair() => new()
    {
        Namespace = "default",
        Operations =
        {
            new ExecuteMultiOperationRequest.Types.Operation { StartWorkflow = Start() },
            new ExecuteMultiOperationRequest.Types.Operation { UpdateWorkflow = Update() },
        },
    };

    private UpdateWorkflowExecutionRequest Update() => new()
    {
        Namespace = "default",
        WorkflowExecution = new WorkflowExecution { WorkflowId = name },
        WaitPolicy = new WaitPolicy { LifecycleStage = Stage.Completed },
        Request = new Request { Meta = new Meta { UpdateId = "u1" }, Input = new Input { Name = "correct" } },
    };

    private PollWorkflowExecutionUpdateRequest Poll(Stage stage = Stage.Unspecified) => new()
    {
        Namespace = "default",
        UpdateRef = new UpdateRef { WorkflowExecution = new WorkflowExecution { WorkflowId = name }, UpdateId = "u1" },
        WaitPolicy = stage == Stage.Unspecified ? null : new WaitPolicy { LifecycleStage = stage },
    };

    private StartWorkflowExecutionRequest Start() => new()
    {
        Namespace = "default",
        WorkflowId = name,
        WorkflowType = new WorkflowType { Name = "Greet" },
        TaskQueue = new TaskQueue { Name = name },
    };

    private Task<StartWorkflowExecutionResponse> StartAsync(RawClient? client = null) => (client ?? Client).CallAsync<StartWorkflowExecutionResponse>(Start());

    private Task<RespondWorkflowTaskCompletedResponse> CompleteAsync(PollWorkflowTaskQueueResponse task, Message[] messages, string[] order) =>
        Client.CallAsync<RespondWorkflowTaskCompletedResponse>(new RespondWorkflowTaskCompletedRequest
        {
            Namespace = "default",
            TaskToken = task.TaskToken,
            Messages = { messages },
            Commands =
            {
                order.Select(id => new Command { CommandType = CommandType.ProtocolMessage, ProtocolMessageCommandAttributes = new() { MessageId = id } }),
            },
        });
}
