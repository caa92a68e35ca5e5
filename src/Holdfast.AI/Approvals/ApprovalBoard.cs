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

    // Where several must agree, each may change the text for the others; all of it is in every query's answer.
    internal const int MaxEditedLength = 4 * MaxContentLength;
    internal const int MaxVotes = 50;
    private const int MaxRefused = 20;
    private const int MaxNameLength = ApprovalRules.LongestName;
    private const int MaxCommentLength = 4_000;

    private readonly Dictionary<string, IReadOnlyList<string>> bound = [];
    private ImmutableList<ApprovalView> views = [];

    public IReadOnlyList<ApprovalView> Views => views;

    public bool AnyPending => views.Any(view => view.State is ApprovalState.Pending);

    public ApprovalView this[string id] => views.Single(view => view.Id == id);

    public ApprovalView Add(ApprovalRequest request, ApprovalTimes times, DateTimeOffset at, ApprovalSchedule? schedule = null)
    {
        schedule ??= ApprovalSchedule.Of(times, at);
        var id = (views.Count + 1).ToString(CultureInfo.InvariantCulture);
        bound[id] = request.Bound;
        var content = PlainText.Clean(request.Content);
        var expiresAt = at + times.ExpireAfter;
        var view = new ApprovalView
        {
            Id = id,
            Subject = request.Subject,
            Content = content,
            Original = content,
            Context = request.Context,
            RequestedAt = at,
            ExpiresAt = expiresAt,
            State = ApprovalState.Pending,
            ContentHash = ContentSeal.Of(content, request.Bound),
            Assignees = Names(request.Assignees),
            Quorum = request.Quorum,
            RequestedBy = request.RequestedBy is { } asks ? Name(asks) : null,
            FourEyes = request.FourEyes,
            Escalations =
            [
                .. times.Steps.Zip(schedule.Escalations, (step, due) => new ApprovalEscalation { DueAt = due, AssignTo = Names(step.AssignTo) })
                    .Where(step => step.DueAt < expiresAt)
                    .OrderBy(step => step.DueAt),
            ],
            OnExpiry = times.OnExpiry,
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

        if (string.IsNullOrWhiteSpace(request.By) || Name(request.By) is not { Length: > 0 } by)
            return Invalid("by is missing: say who decides.");

        if (view.State is ApprovalState.Expired)
            return new(ApprovalRefusal.AlreadyDecided, $"Approval {id} expired at {Time(view.ExpiresAt)} and can no longer be decided.");

        if (view.Decision is { } earlier)
            return new(ApprovalRefusal.AlreadyDecided, $"Approval {id} was already {Word(view.State)} by {earlier.By} at {Time(earlier.At)}.");

        if (!IsAssigned(view, by, request.Groups))
            return new(ApprovalRefusal.NotAllowed, $"Approval {id} is for {string.Join(", ", view.Assignees)} to decide; {by} is not among them.");

        if (view.FourEyes && ApprovalRules.SamePerson(by, view.RequestedBy))
            return new(ApprovalRefusal.NotAllowed, $"{by} asked for approval {id}, and nobody decides their own: somebody else must.");

        if (request.ContentHash is { Length: > 0 } seen && !seen.Equals(view.ContentHash, StringComparison.OrdinalIgnoreCase))
            return new(ApprovalRefusal.ContentChanged, Changed(view));

        return request.Verdict is ApprovalNames.Reject ? null : RefuseApproval(view, by, request);
    }

    /// <summary>Takes a decision that <see cref="Refuse"/> allows. One of several that are needed leaves the request waiting.</summary>
    public ApprovalView Decide(ApprovalDecisionRequest request, DateTimeOffset at)
    {
        if (Refuse(request) is { } refusal)
            throw new InvalidOperationException(refusal.Message);

        var view = this[request.ApprovalId!];
        var approve = request.Verdict is ApprovalNames.Approve;
        var content = approve && request.Content is { } edited ? PlainText.Clean(edited) : view.Content;
        var changed = content != view.Content;
        var hash = changed ? ContentSeal.Of(content, bound[view.Id]) : view.ContentHash;
        var vote = new ApprovalVote
        {
            Verdict = request.Verdict!,
            By = Name(request.By!),
            At = at,
            Comment = string.IsNullOrWhiteSpace(request.Comment) ? null : PlainText.Cap(PlainText.Clean(request.Comment), MaxCommentLength, "…"),
            ContentHash = hash,
            Content = changed ? content : null,
        };
        // What the others approved is not what this one approves: they must read it again.
        var before = changed ? view.Votes.Select(earlier => earlier with { Superseded = earlier.Superseded || earlier.Counts }) : view.Votes;
        view = view with { Content = content, ContentHash = hash, Votes = [.. before, vote] };

        return Replace(approve && view.Votes.Count(cast => cast.Counts) < view.Quorum ? view : Decided(view, approve, new()
        {
            Verdict = vote.Verdict,
            By = vote.By,
            At = at,
            Comment = vote.Comment,
            Edited = content != view.Original,
        }));
    }

    /// <summary>Notes that the human was reminded, if it still waits.</summary>
    public ApprovalView Remind(string id, DateTimeOffset at) =>
        this[id] is { State: ApprovalState.Pending } view ? Replace(view with { RemindedAt = [.. view.RemindedAt, at] }) : this[id];

    /// <summary>Brings in the people of the escalation step with this number, if it still waits. They are reminded by it.</summary>
    public ApprovalView Escalate(string id, int step, DateTimeOffset at)
    {
        if (this[id] is not { State: ApprovalState.Pending } view)
            return this[id];

        var escalation = view.Escalations[step];
        return Replace(view with
        {
            // Where anybody may decide, naming some would shut the others out.
            Assignees = view.Assignees.Count == 0 ? [] : Names([.. view.Assignees, .. escalation.AssignTo]),
            Escalations = [.. view.Escalations.Select((one, i) => i == step ? one with { At = at } : one)],
            RemindedAt = [.. view.RemindedAt, at],
        });
    }

    /// <summary>Ends the wait without a decision, if it still waits.</summary>
    public ApprovalView Expire(string id) =>
        this[id] is { State: ApprovalState.Pending } view ? Replace(view with { State = ApprovalState.Expired }) : this[id];

    /// <summary>Ends the wait as the request says, if it still waits.</summary>
    public ApprovalView EndByPolicy(string id, DateTimeOffset at)
    {
        if (this[id] is not { State: ApprovalState.Pending } view)
            return this[id];

        var approve = view.OnExpiry is ExpiryOutcome.Approve && !string.IsNullOrWhiteSpace(view.Original);
        if (view.OnExpiry is ExpiryOutcome.Expire || (view.OnExpiry is ExpiryOutcome.Approve && !approve))
            return Expire(id);

        // An edit that did not find its quorum was approved by nobody who could; what was asked for is what the policy is about.
        var asked = view with
        {
            Content = view.Original,
            ContentHash = ContentSeal.Of(view.Original, bound[id]),
            Votes = view.Content == view.Original ? view.Votes : [.. view.Votes.Select(cast => cast with { Superseded = cast.Superseded || cast.Counts })],
        };
        return Replace(Decided(asked, approve, new()
        {
            Verdict = approve ? ApprovalNames.Approve : ApprovalNames.Reject,
            By = "policy",
            At = at,
            Comment = "Nobody decided in time.",
            Edited = false,
            ByPolicy = true,
        }));
    }

    /// <summary>Notes a decision that was not taken and whose sender gets no answer.</summary>
    public void NoteRefused(ApprovalDecisionRequest? request, ApprovalRefusal refusal, DateTimeOffset at)
    {
        if (views.Find(view => view.Id == request?.ApprovalId) is { } view)
            Replace(view with { Refused = [.. view.Refused.TakeLast(MaxRefused - 1), new(Name(request!.By ?? ""), at, refusal.Message)] });
    }

    private static ApprovalRefusal? RefuseApproval(ApprovalView view, string by, ApprovalDecisionRequest request)
    {
        if (view.Quorum > 1 && string.IsNullOrEmpty(request.ContentHash))
            return Invalid("contentHash is missing: where several must approve, each says which text they read.");

        var given = request.Content ?? view.Content;
        if (given.Length > MaxContentLength)
            return Invalid($"content has {given.Length} characters; at most {MaxContentLength} are allowed.");

        var content = PlainText.Clean(given);
        if (string.IsNullOrWhiteSpace(content))
            return Invalid("There is no text to approve: content is empty.");

        var changed = content != view.Content;
        if (!changed && view.Votes.Any(vote => vote.Counts && ApprovalRules.SamePerson(by, vote.By)))
            return new(ApprovalRefusal.AlreadyDecided, $"{by} has approved this text of approval {view.Id} already; somebody else must, too.");

        if (view.Votes.Count >= MaxVotes || (changed && view.Votes.Sum(vote => vote.Content?.Length ?? 0) + content.Length > MaxEditedLength))
            return new(ApprovalRefusal.NotAllowed, $"Approval {view.Id} was changed and voted on too often. Reject it and ask anew.");

        return null;
    }

    private static bool IsAssigned(ApprovalView view, string by, IReadOnlyList<string>? groups) =>
        view.Assignees.Count == 0
        || view.Assignees.Any(assignee => (ApprovalRules.SamePerson(by, assignee) && !ApprovalRules.IsGroup(assignee))
            || groups?.Any(group => assignee.Equals(ApprovalNames.GroupPrefix + group, StringComparison.OrdinalIgnoreCase)) is true);

    private static string Changed(ApprovalView view) => view.Votes.LastOrDefault(vote => vote.Content is not null) is { } edit
        ? $"The text of approval {view.Id} was changed by {edit.By} at {Time(edit.At)}. Read it again before you decide."
        : $"The text of approval {view.Id} is not the one that this decision is about. Read it again before you decide.";

    private static ApprovalView Decided(ApprovalView view, bool approved, ApprovalDecision decision) =>
        view with { State = approved ? ApprovalState.Approved : ApprovalState.Rejected, Decision = decision };

    private static ApprovalRefusal Invalid(string problem) => new(ApprovalRefusal.InvalidDecision, problem);

    private static IReadOnlyList<string> Names(IEnumerable<string> names) => [.. names.Select(Name).Distinct(StringComparer.OrdinalIgnoreCase)];

    private static string Name(string name) => PlainText.CleanLine(name, MaxNameLength);

    private ApprovalView Replace(ApprovalView view)
    {
        views = views.SetItem(views.FindIndex(other => other.Id == view.Id), view);
        return view;
    }

    private static string Word(ApprovalState state) => state is ApprovalState.Approved ? "approved" : "rejected";

    private static string Time(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
