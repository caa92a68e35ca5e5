using Google.Protobuf;
using Holdfast.Runtime;
using Holdfast.Runtime.Matching;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Server.Frontend;

/// <summary>Workflow tasks on their way to a worker. A history that is too long for one reply goes on behind a page token.</summary>
internal static class TaskReplies
{
    /// <summary>A polled task.</summary>
    public static RawReply Of(WorkflowTaskReply task)
    {
        var (page, last) = FirstPage(task.Head, task.History, task.Synthetic);
        return RawReply.OfTask(task.Head, page, last);
    }

    /// <summary>A task that a reply brings along in one of its fields.</summary>
    public static RawReply Inside(IMessage reply, int field, WorkflowTaskReply task)
    {
        var (page, last) = FirstPage(task.Head, task.History, task.Synthetic);
        return RawReply.WithTask(reply, field, task.Head, page, last);
    }

    private static (HistorySlice Page, IReadOnlyList<ByteString> LastEvents) FirstPage(
        PollWorkflowTaskQueueResponse head, HistorySlice events, IReadOnlyList<HistoryEvent> synthetic)
    {
        var last = synthetic.Count == 0 ? [] : (IReadOnlyList<ByteString>)[.. synthetic.Select(one => one.ToByteString())];
        var page = HistoryPages.First(events, HistoryPages.MostEvents);
        if (page.Count == events.Count)
            return (page, last);

        head.NextPageToken = new HistoryToken(head.WorkflowExecution.RunId, page.LastEventId + 1, events.LastEventId, last).ToBytes();
        return (page, []);
    }
}
