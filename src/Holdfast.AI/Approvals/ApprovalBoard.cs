using System.Collections.Immutable;
using System.Globalization;
using Holdfast.AI.Text;

namespace Holdfast.AI.Approvals;

/// <summary>
/// The requests of one workflow and their rules: a request is decided at most once, and whichever comes first (a decision,
/// the expiry) stands. It reads no clock and does no I/O, so a replay folds to the same board.
/// </summary>
internal sealed class ApprovalBoard
{
    // The content travels through the history twice (query answers aside), and payloads are limited to 2 MB.
    internal const int MaxContentLength = 100_000;
    private const int MaxNameLength = 200;
    private const int MaxCommentLength = 4_000;

    private ImmutableList<ApprovalView> views = [];

    public IReadOnlyList<ApprovalView> Views => views;

    public bool AnyPending => views.Any(view => view.State is ApprovalState.Pending);

    public ApprovalView this[string id] => views.Single(view => view.Id == id);

    public ApprovalView Add(ApprovalRequest request, ApprovalTimes times, DateTimeOffset at)
    {
        var content = PlainText.Clean(request.Content);
        var view = new ApprovalView
        {
            Id = (views.Count + 1).ToString(CultureInfo.InvariantCulture),
            Subject = request.Subject,
            Content = content,
            Original = content,
            Context = request.Context,
            RequestedAt = at,
            ExpiresAt = at + times.ExpireAfter,
            State = ApprovalState.Pending,
        };
        views = views.Add(view);
        return view;
    }

    /// <summary>Why this decision cannot be taken, or null when it can.</summary>
    public ApprovalRefusal? Refuse(ApprovalDecisionRequest? request)
    {
        if (request?.ApprovalId is not { Length: > 0 } id)
            return Invalid("approvalId is missing.");

        if (views.Find(view => view.Id == id) is not { } view)
            return new(ApprovalRefusal.Unknown, $"There is no approval {PlainText.CleanLine(id, MaxNameLength)} here.");

        if (request.Verdict is not (ApprovalNames.Approve or ApprovalNames.Reject))
            return Invalid($"verdict must be {ApprovalNames.Approve} or {ApprovalNames.Reject}.");

        if (string.IsNullOrWhiteSpace(request.By))
            return Invalid("by is missing: say who decides.");

        if (view.State is ApprovalState.Expired)
            return new(ApprovalRefusal.AlreadyDecided, $"Approval {id} expired at {Time(view.ExpiresAt)} and can no longer be decided.");

        if (view.Decision is { } earlier)
            return new(ApprovalRefusal.AlreadyDecided, $"Approval {id} was already {Word(view.State)} by {earlier.By} at {Time(earlier.At)}.");

        if (request.Verdict is ApprovalNames.Reject)
            return null;

        var content = request.Content ?? view.Content;
        if (string.IsNullOrWhiteSpace(PlainText.Clean(content)))
            return Invalid("There is no text to approve: content is empty.");

        return content.Length > MaxContentLength
            ? Invalid($"content has {content.Length} characters; at most {MaxContentLength} are allowed.")
            : null;

        static ApprovalRefusal Invalid(string problem) => new(ApprovalRefusal.InvalidDecision, problem);
    }

    /// <summary>Takes a decision that <see cref="Refuse"/> allows.</summary>
    public ApprovalView Decide(ApprovalDecisionRequest request, DateTimeOffset at)
    {
        if (Refuse(request) is { } refusal)
            throw new InvalidOperationException(refusal.Message);

        var view = this[request.ApprovalId!];
        var approve = request.Verdict is ApprovalNames.Approve;
        var content = approve && request.Content is { } edited ? PlainText.Clean(edited) : view.Content;
        return Replace(view with
        {
            State = approve ? ApprovalState.Approved : ApprovalState.Rejected,
            Content = content,
            Decision = new()
            {
                Verdict = request.Verdict!,
                By = PlainText.CleanLine(request.By!, MaxNameLength),
                At = at,
                Comment = string.IsNullOrWhiteSpace(request.Comment) ? null : PlainText.Cap(PlainText.Clean(request.Comment), MaxCommentLength, "…"),
                Edited = content != view.Original,
            },
        });
    }

    /// <summary>Notes that the human was reminded, if it still waits.</summary>
    public ApprovalView Remind(string id, DateTimeOffset at) =>
        this[id] is { State: ApprovalState.Pending } view ? Replace(view with { RemindedAt = [.. view.RemindedAt, at] }) : this[id];

    /// <summary>Ends the wait without a decision, if it still waits.</summary>
    public ApprovalView Expire(string id) =>
        this[id] is { State: ApprovalState.Pending } view ? Replace(view with { State = ApprovalState.Expired }) : this[id];

    private ApprovalView Replace(ApprovalView view)
    {
        views = views.SetItem(views.FindIndex(other => other.Id == view.Id), view);
        return view;
    }

    private static string Word(ApprovalState state) => state is ApprovalState.Approved ? "approved" : "rejected";

    private static string Time(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
