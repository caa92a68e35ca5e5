using Google.Protobuf;
using Holdfast.Runtime;
using Holdfast.Runtime.Matching;

namespace Holdfast.Server.Frontend;

/// <summary>Workflow tasks on their way to a worker. A history that is too long for one reply goes on behind a page token.</summary>
internal static class TaskReplies
{
    /// <summary>A polled task.</summary>
    public static RawReply Of(WorkflowTaskReply task)
    {
        var (page, last) = FirstPage(task);
        return RawReply.OfTask(task.Head, page, last);
    }

    /// <summary>A task that a reply brings along in one of its fields.</summary>
    public static RawReply Inside(IMessage reply, int field, WorkflowTaskReply task)
    {
        var (page, last) = FirstPage(task);
        return RawReply.WithTask(reply, field, task.Head, page, last);
    }

    private static (HistorySlice Page, IReadOnlyList<ByteString> LastEvents) FirstPage(WorkflowTaskReply task)
    {
        var (head, events, lastEventId, synthetic) = task;
        var last = synthetic.Count == 0 ? [] : (IReadOnlyList<ByteString>)[.. synthetic.Select(one => one.ToByteString())];
        var page = HistoryPages.First(events, HistoryPages.MostEvents);
        if (page.Count == 0 || page.LastEventId >= lastEventId)
            return (page, last);

        head.NextPageToken = new HistoryToken(head.WorkflowExecution.RunId, page.LastEventId + 1, lastEventId, last).ToBytes();
        return (page, []);
    }
}
