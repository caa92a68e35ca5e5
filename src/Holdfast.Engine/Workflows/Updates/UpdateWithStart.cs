using Google.Protobuf.WellKnownTypes;
using Holdfast.Engine.Workflows.Lifecycle;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Engine.Workflows.Updates;

/// <summary>
/// Starts a workflow, or finds the one that runs, and sends it an update: both or neither, in one decision. An update id that the run knows
/// already comes before every start policy, so that a client may repeat the whole request.
/// </summary>
public sealed record UpdateWithStart(string NamespaceId, StartWorkflowExecutionRequest Start, UpdateWorkflowExecutionRequest Update)
    : IWorkflowRequest<UpdateWithStartReply>
{
    public WorkflowTarget Target => new(NamespaceId, Start.WorkflowId);

    public Decision<UpdateWithStartReply> Decide(MutableState? run, DecisionContext context)
    {
        if (run is not null && IsKnown(run))
        {
            var known = new UpdateWorkflow(Target, Update).Decide(run, context).Answer;
            return known.Refusal is { } gone
                ? Failed(Innocent, gone)
                : new Decision<UpdateWithStartReply> { Answer = new UpdateWithStartReply(StartWorkflow.Joined(run), known.Reply) };
        }

        var start = new StartWorkflow(NamespaceId, Start).Decide(run, context);
        if (start.Answer.Refusal is { } startRefusal)
            return Failed(startRefusal, Innocent);

        var updated = start.NewRun?.State ?? start.Run?.State ?? run;
        var update = new UpdateWorkflow(Target, Update).Decide(updated, context);
        if (update.Answer.Refusal is { } updateRefusal)
            return Failed(Innocent, updateRefusal);

        var answer = new UpdateWithStartReply(start.Answer.Reply.Response, update.Answer.Reply);
        return start.NewRun is not null
            ? new Decision<UpdateWithStartReply> { Answer = answer, Run = start.Run, NewRun = Then(start.NewRun, update.Run) }
            : new Decision<UpdateWithStartReply> { Answer = answer, Run = Then(start.Run, update.Run) };
    }

    private static Refusal Innocent { get; } =
        new(RefusalCode.Aborted, "Operation was aborted.", new MultiOperationExecutionAborted());

    private bool IsKnown(MutableState run) =>
        Update.Request?.Meta?.UpdateId is { Length: > 0 } id
        && run.Updates.TryGetValue(id, out var update) && update.Stage != UpdateStage.Rejected;

    /// <summary>Two changes of one run, as one.</summary>
    private static RunChange? Then(RunChange? first, RunChange? second)
    {
        if (first is null || second is null)
            return first ?? second;
        return new RunChange(second.State, first.Records.AddRange(second.Records)) { Slots = first.Slots.AddRange(second.Slots) };
    }

    private static Refusal Failed(Refusal start, Refusal update)
    {
        var guilty = ReferenceEquals(start, Innocent) ? update : start;
        return new Refusal(
            guilty.Code,
            "Update-with-Start could not be executed.",
            new MultiOperationExecutionFailure { Statuses = { Status(start), Status(update) } });
    }

    private static MultiOperationExecutionFailure.Types.OperationStatus Status(Refusal refusal)
    {
        var status = new MultiOperationExecutionFailure.Types.OperationStatus { Code = (int)refusal.Code, Message = refusal.Message };
        if (refusal.Detail is not null)
            status.Details.Add(Any.Pack(refusal.Detail));
        return status;
    }
}
