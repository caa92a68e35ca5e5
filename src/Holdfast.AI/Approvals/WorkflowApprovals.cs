using System.Runtime.CompilerServices;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Holdfast.AI.Approvals;

/// <summary>
/// A workflow's requests to humans. Make one as a field of the workflow class: making it registers the query, the update and the signal
/// of <see cref="ApprovalNames"/>, so that the workflow answers them from its first moment on. <see cref="Approvals.RequestAsync"/>
/// makes one when it is first needed.
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

    // The dictionary of queries is the workflow run's own, and as long-lived as its code.
    private static readonly ConditionalWeakTable<object, WorkflowApprovals> OfRuns = [];

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
        Func<ApprovalDecisionRequest, Task> take = TakeSignalAsync;
        Workflow.Queries[ApprovalNames.ListQuery] = WorkflowQueryDefinition.CreateWithoutAttribute(ApprovalNames.ListQuery, list);
        Workflow.Updates[ApprovalNames.DecideUpdate] = WorkflowUpdateDefinition.CreateWithoutAttribute(ApprovalNames.DecideUpdate, decide, validate);
        Workflow.Signals[ApprovalNames.DecideSignal] = WorkflowSignalDefinition.CreateWithoutAttribute(ApprovalNames.DecideSignal, take);
        OfRuns.AddOrUpdate(Workflow.Queries, this);
    }

    /// <summary>All requests of this run, oldest first.</summary>
    public IReadOnlyList<ApprovalView> All => board.Views;

    /// <summary>The approvals of the workflow whose code runs; made now if it has none.</summary>
    internal static WorkflowApprovals OfThisRun => OfRuns.TryGetValue(Workflow.Queries, out var found) ? found : new();

    private static DateTimeOffset Now => new(Workflow.UtcNow, TimeSpan.Zero);

    /// <summary>
    /// Asks humans and waits until enough of them decided or the request expires, whichever comes first.
    /// </summary>
    /// <param name="remind">
    /// Called at each reminder and each escalation, and when somebody changed the text that others have yet to approve; usually to run an
    /// activity. If it fails, the wait goes on; while it runs, the expiry waits for it, so give its activity a short schedule-to-close timeout.
    /// </param>
    /// <exception cref="CanceledFailureException">The workflow was cancelled; the request counts as expired, whatever its expiry means.</exception>
    /// <exception cref="ApplicationFailureException">Nobody could decide this: a quorum that cannot be reached, hours without length. Its type is <c>ApprovalInvalidRequest</c>.</exception>
    public async Task<ApprovalOutcome> RequestAsync(ApprovalRequest request, ApprovalTimes times, Func<ApprovalView, Task>? remind = null)
    {
        if (ApprovalRules.Problem(request, times) is { } problem)
            throw new ApplicationFailureException($"This approval cannot be asked for: {problem}", errorType: "ApprovalInvalidRequest", nonRetryable: true);

        var at = Now;
        var schedule = times.Hours is { } hours ? await InWorkingTimeAsync(times, hours, at) : ApprovalSchedule.Of(times, at);
        var view = board.Add(request, times, at, schedule);
        Publish(view, request.From);
        Workflow.UpsertTypedSearchAttributes(Attribute.ValueSet(ApprovalNames.Pending));
        try
        {
            if (times.RemindAtOnce)
                await RemindAsync(remind, board.Remind(view.Id, Now));
            await WaitAsync(view, request, schedule, remind);
        }
        finally
        {
            view = board.Expire(view.Id);
            if (!board.AnyPending)
                Workflow.UpsertTypedSearchAttributes(Attribute.ValueSet(ApprovalNames.Decided));
        }

        return new(view, view.State is ApprovalState.Approved ? view.ContentHash : null);
    }

    // By an activity, whose result is in the history: the time zone rules of the worker that replays may be newer, and would move timers.
    private static async Task<ApprovalSchedule> InWorkingTimeAsync(ApprovalTimes times, BusinessHours hours, DateTimeOffset at)
    {
        TimeSpan[] reminders = [.. times.RemindAfter.Where(after => after > TimeSpan.Zero).Distinct().Order()];
        TimeSpan[] all = [.. reminders, .. times.Steps.Select(step => step.After)];
        if (all.Length == 0)
            return new([], []);

        var due = await Workflow.ExecuteActivityAsync(
            () => ApprovalActivities.WorkingTimes(at, hours, all),
            new() { StartToCloseTimeout = TimeSpan.FromSeconds(30), Summary = "When to remind and escalate" });
        var expiry = at + times.ExpireAfter;
        return new([.. due.Take(reminders.Length).Where(reminder => reminder < expiry)], [.. due.Skip(reminders.Length)]);
    }

    private static void Publish(ApprovalView view, string from) => Workflow.UpsertMemo(MemoUpdate.ValueSet(
        ApprovalNames.Memo,
        new ApprovalMemo(view.Id, view.Subject, from, view.RequestedAt, view.ExpiresAt) { Assignees = view.Assignees, Quorum = view.Quorum }));

    private async Task WaitAsync(ApprovalView view, ApprovalRequest request, ApprovalSchedule schedule, Func<ApprovalView, Task>? remind)
    {
        var moments = schedule.Reminders.Select(due => (Due: due, Step: -1))
            .Concat(view.Escalations.Select((escalation, step) => (Due: escalation.DueAt, Step: step)))
            .OrderBy(moment => moment.Due);
        foreach (var (due, step) in moments)
        {
            if (await DecidedByAsync(view, due, remind))
                return;

            var shown = step < 0 ? board.Remind(view.Id, Now) : board.Escalate(view.Id, step, Now);
            if (step >= 0 && shown.Assignees.Count != view.Assignees.Count)
                Publish(shown, request.From);
            await RemindAsync(remind, shown);
        }

        if (!await DecidedByAsync(view, view.ExpiresAt, remind))
            board.EndByPolicy(view.Id, Now);
    }

    private async Task<bool> DecidedByAsync(ApprovalView view, DateTimeOffset due, Func<ApprovalView, Task>? remind)
    {
        bool Decided() => board[view.Id].State is not ApprovalState.Pending;
        while (true)
        {
            var wait = due - Now;
            if (wait <= TimeSpan.Zero)
                return Decided();

            var text = board[view.Id].ContentHash;
            if (!await Workflow.WaitConditionAsync(() => Decided() || board[view.Id].ContentHash != text, wait))
                return false;
            if (Decided())
                return true;

            // One of several changed the text. The others are told, because what they read or approved is not what will happen.
            await RemindAsync(remind, board.Remind(view.Id, Now));
        }
    }

    private static async Task RemindAsync(Func<ApprovalView, Task>? remind, ApprovalView view)
    {
        try
        {
            await (remind?.Invoke(view) ?? Task.CompletedTask);
        }
        catch (ActivityFailureException failure) when (!TemporalException.IsCanceledException(failure))
        {
            // A reminder is a courtesy: the human can still decide, so the wait must not end because it was not delivered.
            Workflow.Logger.ReminderFailed(failure, view.Id);
        }
    }

    private Task TakeSignalAsync(ApprovalDecisionRequest request)
    {
        if (board.Refuse(request) is { } refusal)
        {
            board.NoteRefused(request, refusal, Now);
            Workflow.Logger.SignalRefused(refusal.Message);
        }
        else
        {
            board.Decide(request, Now);
        }

        return Task.CompletedTask;
    }

    private void Validate(ApprovalDecisionRequest request)
    {
        if (board.Refuse(request) is { } refusal)
            throw new ApplicationFailureException(refusal.Message, errorType: refusal.Type, nonRetryable: true);
    }
}
