using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Runtime;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Tests.Contract;

public sealed class RawReplyTests
{
    private static readonly HistoryEvent[] Events =
    [
        new() { EventId = 1, EventType = EventType.WorkflowExecutionStarted, EventTime = Timestamp.FromDateTime(DateTime.UnixEpoch) },
        new() { EventId = 2, EventType = EventType.WorkflowTaskScheduled },
        new() { EventId = 3, EventType = EventType.WorkflowExecutionSignaled, WorkflowExecutionSignaledEventAttributes = new() { SignalName = new string('x', 70_000) } },
    ];

    private static readonly PollWorkflowTaskQueueResponse Task = new()
    {
        TaskToken = ByteString.CopyFromUtf8("token"),
        WorkflowExecution = new WorkflowExecution { WorkflowId = "order-1", RunId = "run" },
        StartedEventId = 3,
    };

    private static HistorySlice Slice => new([.. Events.Select(one => one.ToByteString())], 0, 3);

    [Fact]
    public void A_polled_task_reads_as_if_it_had_been_written_whole()
    {
        var expected = Task.Clone();
        expected.History = new History { Events = { Events, new HistoryEvent { EventId = 4 } } };

        var spliced = RawReply.OfTask(Task, Slice, [new HistoryEvent { EventId = 4 }.ToByteString()]);

        Assert.Equal(expected, PollWorkflowTaskQueueResponse.Parser.ParseFrom(spliced.ToByteArray()));
    }

    [Fact]
    public void A_task_inside_another_reply_reads_as_if_it_had_been_written_whole()
    {
        var task = Task.Clone();
        task.History = new History { Events = { Events[1..] } };
        var expected = new RespondWorkflowTaskCompletedResponse { WorkflowTask = task, ResetHistoryEventId = 9 };

        var spliced = RawReply.WithTask(
            new RespondWorkflowTaskCompletedResponse { ResetHistoryEventId = 9 },
            RespondWorkflowTaskCompletedResponse.WorkflowTaskFieldNumber,
            Task,
            Slice.Between(2, 3),
            []);

        Assert.Equal(expected, RespondWorkflowTaskCompletedResponse.Parser.ParseFrom(spliced.ToByteArray()));
    }

    [Fact]
    public void A_page_of_history_reads_as_if_it_had_been_written_whole()
    {
        var expected = new GetWorkflowExecutionHistoryResponse { History = new History { Events = { Events } }, NextPageToken = ByteString.CopyFromUtf8("next") };

        var spliced = RawReply.WithHistory(
            new GetWorkflowExecutionHistoryResponse { NextPageToken = ByteString.CopyFromUtf8("next") },
            GetWorkflowExecutionHistoryResponse.HistoryFieldNumber,
            Slice);

        Assert.Equal(expected, GetWorkflowExecutionHistoryResponse.Parser.ParseFrom(spliced.ToByteArray()));
    }

    [Fact]
    public void An_empty_history_is_there_all_the_same()
    {
        var spliced = RawReply.OfTask(Task, default, []);

        Assert.NotNull(PollWorkflowTaskQueueResponse.Parser.ParseFrom(spliced.ToByteArray()).History);
    }

    [Fact]
    public void A_reply_without_history_is_the_message_itself() =>
        Assert.Equal(new StartWorkflowExecutionResponse { RunId = "run" }.ToByteArray(), RawReply.Of(new StartWorkflowExecutionResponse { RunId = "run" }).ToByteArray());
}
