using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.AI.Approvals;

/// <summary>
/// A workflow's requests to humans. Make one as a field of the workflow class: making it registers the query and the update
/// of <see cref="ApprovalNames"/>, which must be there before the first update can arrive.
/// </summary>
/// <remarks>
/// <see cref="RequestAsync"/> shows the request (search attribute, memo, query) and waits, for days if need be: the wait is
/// timers in the history, so no process has to live through it. The decision is an update whose validator refuses a second
/// one, so two humans who click at the same time get one decision and one clear error. Exactly-once rests on the workflow's
/// single history and not on the dashboard, which may be stale.
/// </remarks>
public sealed class WorkflowApprovals
{
    private static readonly SearchAttributeKey<string> Attribute = SearchAttributeKey.CreateKeyword(ApprovalNames.SearchAttribute);

    private readonly ApprovalBoard board = new();

    public WorkflowApprovals()
    {
        Func<IReadOnlyList<ApprovalView>> list = () => board.Views;
        Func<ApprovalDecisionRequest, Task<ApprovalView>> decide = request =>
        {
            // Asked again, because another update may have been accepted since the validator ran.
            Validate(request);
            return Task.FromResult(board.Decide(request, Now));
        };
        Action<ApprovalDecisionRequest> validate = Validate;
        Workflow.Queries[ApprovalNames.ListQuery] = WorkflowQueryDefinition.CreateWithoutAttribute(ApprovalNames.ListQuery, list);
        Workflow.Updates[ApprovalNames.DecideUpdate] = WorkflowUpdateDefinition.CreateWithoutAttribute(ApprovalNames.DecideUpdate, decide, validate);
    }

    /// <summary>All requests of this run, oldest first.</summary>
    public IReadOnlyList<ApprovalView> All => board.Views;

    private static DateTimeOffset Now => new(Workflow.UtcNow, TimeSpan.Zero);

    /// <summary>
    /// Asks a human and waits for the decision or the expiry, whichever comes first.
    /// </summary>
    /// <param name="remind">
    /// Called at each reminder, usually to run an activity. If it fails, the wait goes on; while it runs, the expiry waits for it,
    /// so give its activity a short schedule-to-close timeout.
    /// </param>
    /// <exception cref="CanceledFailureException">The workflow was cancelled; the request counts as expired.</exception>
    public async Task<ApprovalOutcome> RequestAsync(ApprovalRequest request, ApprovalTimes times, Func<ApprovalView, Task>? remind = null)
    {
        var view = board.Add(request, times, Now);
        Workflow.UpsertMemo(MemoUpdate.ValueSet(
            ApprovalNames.Memo, new ApprovalMemo(view.Id, view.Subject, request.From, view.RequestedAt, view.ExpiresAt)));
        Workflow.UpsertTypedSearchAttributes(Attribute.ValueSet(ApprovalNames.Pending));
        try
        {
            await WaitAsync(view, times, remind);
        }
        finally
        {
            view = board.Expire(view.Id);
            if (!board.AnyPending)
                Workflow.UpsertTypedSearchAttributes(Attribute.ValueSet(ApprovalNames.Decided));
        }

        return new(view, view.State is ApprovalState.Approved ? ContentSeal.Of(view.Content, request.Bound) : null);
    }

    private async Task WaitAsync(ApprovalView view, ApprovalTimes times, Func<ApprovalView, Task>? remind)
    {
        foreach (var after in times.Reminders)
        {
            if (await DecidedByAsync(view.Id, view.RequestedAt + after))
                return;

            var reminded = board.Remind(view.Id, Now);
            if (remind is not null)
                await RemindAsync(remind, reminded);
        }

        await DecidedByAsync(view.Id, view.ExpiresAt);
    }

    private async Task<bool> DecidedByAsync(string id, DateTimeOffset due)
    {
        var wait = due - Now;
        return wait <= TimeSpan.Zero
            ? board[id].State is not ApprovalState.Pending
            : await Workflow.WaitConditionAsync(() => board[id].State is not ApprovalState.Pending, wait);
    }

    private static async Task RemindAsync(Func<ApprovalView, Task> remind, ApprovalView view)
    {
        try
        {
            await remind(view);
        }
        catch (ActivityFailureException failure) when (!TemporalException.IsCanceledException(failure))
        {
            // A reminder is a courtesy: the human can still decide, so the wait must not end because it was not delivered.
            Workflow.Logger.ReminderFailed(failure, view.Id);
        }
    }

    private void Validate(ApprovalDecisionRequest request)
    {
        if (board.Refuse(request) is { } refusal)
            throw new ApplicationFailureException(refusal.Message, errorType: refusal.Type, nonRetryable: true);
    }
}
