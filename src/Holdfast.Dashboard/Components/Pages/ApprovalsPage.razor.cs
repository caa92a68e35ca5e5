using System.Text.Json;
using Grpc.Core;
using Holdfast.Dashboard.Approvals;
using Holdfast.Dashboard.Service;
using Holdfast.Dashboard.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;

namespace Holdfast.Dashboard.Components.Pages;

/// <summary>
/// The inbox of what waits for a person: the list keeps itself current, the request that is open is read from its workflow,
/// and what was typed stays with its request until it is decided.
/// </summary>
public sealed partial class ApprovalsPage
{
    private const string NameKey = "decider";
    private const int LongestName = 100;
    private const int LongestDraft = 200_000;
    private const int LongestComment = 2_000;

    private readonly Dictionary<(string RunId, string ApprovalId), Work> _work = [];
    private IReadOnlyList<WaitingWorkflow> _waiting = [];
    private WaitingWorkflow? _open;
    private IReadOnlyList<Approval>? _approvals;
    private string? _approvalId;
    private Problem? _detailProblem;
    private Problem? _decisionProblem;
    private string _name = "";
    private string? _signedIn;
    private bool _nameMissing;
    private bool _deciding;
    private bool _hasMovedOn;
    private bool _mine;
    private bool _everywhere;
    private int _namespaces = 1;
    private string? _shown;

    [SupplyParameterFromQuery(Name = "namespace")]
    public string? Namespace { get; set; }

    /// <summary>The workflow that is open; without one, the first of the list.</summary>
    [SupplyParameterFromQuery]
    public string? Id { get; set; }

    [SupplyParameterFromQuery]
    public string? Run { get; set; }

    [Inject]
    internal ApprovalClient Approvals { get; set; } = null!;

    [Inject]
    internal NavigationManager Navigation { get; set; } = null!;

    [Inject]
    internal IOptions<HoldfastDashboardOptions> Options { get; set; } = null!;

    private string ShownNamespace => string.IsNullOrEmpty(Namespace) ? Options.Value.Namespace : Namespace;

    /// <summary>The request that is shown: the one chosen, or the first that waits, or the last one decided.</summary>
    private Approval? Shown =>
        _approvals?.FirstOrDefault(one => one.Id == _approvalId)
        ?? _approvals?.FirstOrDefault(one => one.IsPending)
        ?? (_approvals is { Count: > 0 } all ? all[^1] : null);

    private Work WorkOn(Approval approval)
    {
        var key = (_open!.RunId, approval.Id);
        if (!_work.TryGetValue(key, out var work))
            _work[key] = work = new Work(approval.Content);
        work.Follow(approval.Content);
        return work;
    }

    protected override async Task OnInitializedAsync()
    {
        _signedIn = await Viewer.SignedInAsync();
        _name = _signedIn ?? "";
    }

    protected override void OnParametersSet()
    {
        var wanted = $"{Namespace}\n{Id}\n{Run}";
        if (wanted == _shown)
            return;

        var sameNamespace = _shown?.StartsWith($"{Namespace}\n", StringComparison.Ordinal) == true;
        _shown = wanted;
        if (!sameNamespace && !_everywhere)
        {
            _waiting = [];
            _open = null;
            Forget();
        }

        Open(Choose());
        RefreshNow();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_hasMovedOn)
        {
            // The button that had the focus is another request's now; Enter must not decide that one unread.
            _hasMovedOn = false;
            await Viewer.FocusAsync("[data-item][aria-current]");
        }

        if (!firstRender)
            return;

        _name = _signedIn ?? await Viewer.RecallAsync(NameKey) ?? "";
        StateHasChanged();
    }

    protected override async Task RefreshAsync(CancellationToken cancellation)
    {
        _namespaces = (await Approvals.NamespacesAsync(cancellation)).Count;
        var waiting = _everywhere ? await Approvals.ListEverywhereAsync(cancellation) : await Approvals.ListAsync(ShownNamespace, cancellation);
        // Where people sign in, each sees what is theirs.
        if ((_mine || _signedIn is not null) && _name.Trim() is { Length: > 0 } me)
            waiting = [.. waiting.Where(one => ApprovalPeople.IsFor(one.Assignees, me, Approvals.GroupsOf(me)))];
        var before = Listed(_open);
        _waiting = waiting;
        var now = Listed(_open);
        if (_open is null)
            Open(Choose());
        else if (before is null ? now is not null : !before.IsSame(now))
            // Decided by somebody else, or a new request of the same workflow: ask again, and keep what was typed.
            (_open, _approvals) = (now ?? _open, null);

        // Where several must approve, what the others do changes the text and the count, and the list does not tell.
        var othersAct = Shown is { IsPending: true, Quorum: > 1 } && !_deciding;
        if (_open is null || (_approvals is not null && _detailProblem is null && !othersAct))
            return;

        // The list need not wait for the worker's answer.
        StateHasChanged();
        await LoadAsync(_open, cancellation);
    }

    private string LinkTo(WaitingWorkflow? one) => Links.Approvals(
        one is null || one.Namespace == ShownNamespace ? Namespace : one.Namespace, one?.WorkflowId, one?.RunId);

    private void ShowMine()
    {
        _mine = !_mine;
        RefreshNow();
    }

    private void ShowEverywhere()
    {
        _everywhere = !_everywhere;
        RefreshNow();
    }

    /// <summary>What a request says of who may decide it and what becomes of it, one short fact each.</summary>
    private static IEnumerable<string> FactsOf(Approval approval)
    {
        if (approval.RequestedBy is { Length: > 0 } asks)
            yield return approval.FourEyes ? $"asked by {asks}, who may not decide" : $"asked by {asks}";
        if (approval.Assignees.Count > 0)
            yield return $"for {string.Join(", ", approval.Assignees)}";
        if (approval.Quorum > 1)
            yield return $"{approval.Approvals} of {approval.Quorum} approvals";
        if (approval is { IsPending: true, OnExpiry: "approve" or "reject" })
            yield return approval.OnExpiry == "approve" ? "approved by itself if nobody decides" : "rejected by itself if nobody decides";
    }

    /// <summary>Each vote beside the text that it was about: what the earlier ones left.</summary>
    private static IEnumerable<(ApprovalVote Vote, string Before)> VotesOf(Approval approval)
    {
        var text = approval.Original ?? approval.Content;
        foreach (var vote in approval.Votes)
        {
            yield return (vote, text);
            text = vote.Content ?? text;
        }
    }

    private WaitingWorkflow? Listed(WaitingWorkflow? one) =>
        one is null ? null : _waiting.FirstOrDefault(other => other.Namespace == one.Namespace && other.WorkflowId == one.WorkflowId && (one.RunId.Length == 0 || other.RunId == one.RunId));

    private WaitingWorkflow? Choose()
    {
        if (string.IsNullOrEmpty(Id))
            return _waiting.Count > 0 ? _waiting[0] : null;

        return _waiting.FirstOrDefault(one => one.Namespace == ShownNamespace && one.WorkflowId == Id && (string.IsNullOrEmpty(Run) || one.RunId == Run))
            // A link to what is decided already, or not in the list yet.
            ?? new WaitingWorkflow
            {
                Namespace = ShownNamespace,
                WorkflowId = Id,
                RunId = Run ?? "",
                TaskQueue = "",
                Subject = Id,
                From = "",
                RequestedAt = Time.GetUtcNow(),
            };
    }

    private void Open(WaitingWorkflow? one)
    {
        if (one is not null && _open is not null && one.Namespace == _open.Namespace && one.WorkflowId == _open.WorkflowId && one.RunId == _open.RunId)
            return;

        _open = one;
        _approvals = null;
        _approvalId = null;
        _detailProblem = null;
        _decisionProblem = null;
        _nameMissing = false;
    }

    private async Task LoadAsync(WaitingWorkflow open, CancellationToken cancellation)
    {
        try
        {
            if (open.TaskQueue.Length > 0 && !await Approvals.HasWorkerAsync(open.Namespace, open.TaskQueue, cancellation))
            {
                _detailProblem = NoWorker($"Nothing polls task queue {open.TaskQueue} now.", open);
                return;
            }

            var approvals = await Approvals.LoadAsync(open.Namespace, open.WorkflowId, open.RunId, cancellation);
            _detailProblem = null;
            if (_signedIn is { } me && approvals.Count > 0)
            {
                approvals = [.. approvals.Where(one => ApprovalPeople.IsFor(one.Assignees, me, Approvals.GroupsOf(me)))];
                if (approvals.Count == 0)
                    _detailProblem = new("Not for you to decide", "Others are asked here.", $"You are signed in as {me}.");
            }

            _approvals = approvals;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.FailedPrecondition or StatusCode.DeadlineExceeded)
        {
            _detailProblem = NoWorker(e.Status.Detail.Length > 0 ? e.Status.Detail : "The question timed out.", open);
        }
        catch (RpcException e) when (e.StatusCode is not StatusCode.Unavailable)
        {
            _detailProblem = Problem.From(e, Server.Target);
        }
        catch (JsonException e)
        {
            _detailProblem = new(
                "The workflow's answer makes no sense", e.Message, $"Its query {ApprovalConvention.Query} must answer with a list of approvals.");
        }
    }

    private static Problem NoWorker(string detail, WaitingWorkflow open) => new(
        "No worker answers",
        detail,
        $"The request is safe and waits. Start the worker{(open.TaskQueue.Length > 0 ? $" of task queue {open.TaskQueue}" : "")}; this page goes on by itself.");

    private async Task NameChanged(ChangeEventArgs e)
    {
        if (_signedIn is not null)
            return;

        _name = (string?)e.Value ?? "";
        _nameMissing = false;
        await Viewer.RememberAsync(NameKey, _name.Trim());
    }

    private async Task DecideAsync(Approval approval, bool approve)
    {
        if (_deciding)
            return;

        var by = _name.Trim();
        if (by.Length == 0)
        {
            _nameMissing = true;
            await Viewer.FocusAsync("#decider");
            return;
        }

        var open = _open!;
        var work = WorkOn(approval);
        var edited = approve && !TextDiff.AreSame(approval.Content, work.Draft);
        var decision = new DecideRequest(
            approval.Id, approve ? "approve" : "reject", edited ? work.Draft : null, by, work.Comment.Trim() is { Length: > 0 } comment ? comment : null,
            approval.ContentHash);

        _deciding = true;
        _decisionProblem = null;
        try
        {
            var result = await Approvals.DecideAsync(
                open.Namespace, open.WorkflowId, open.RunId, work.UpdateIdFor(decision, Time), decision, Leaving);
            await TakeAsync(result, decision, open);
        }
        catch (RpcException e)
        {
            _decisionProblem = Problem.From(e, Server.Target);
        }
        finally
        {
            _deciding = false;
        }
    }

    private async Task TakeAsync(DecisionResult result, DecideRequest decision, WaitingWorkflow open)
    {
        switch (result)
        {
            case DecisionResult.Recorded(var now):
                _work.Remove((open.RunId, decision.ApprovalId));
                var done = decision.Verdict == "reject" ? "Rejected." : decision.Content is null ? "Approved." : "Approved with your changes.";
                await Viewer.ToastAsync(now is { IsPending: true } ? $"{done} {now.Quorum - now.Approvals} more must." : done);
                GoOn(open, decision.ApprovalId);
                break;
            case DecisionResult.Refused(var reason, _):
                _decisionProblem = new("Not recorded", reason, "What is shown now is how it stands.");
                _approvals = null;
                RefreshNow();
                break;
            case DecisionResult.Unconfirmed:
                _decisionProblem = new(
                    "Not confirmed yet",
                    "No worker took the decision in time. It may still be recorded as soon as one runs.",
                    "Start the worker, then press the button again: the same decision counts once.");
                break;
        }
    }

    // The next request of the same workflow, or else the next workflow of the list: the one that moves up into this place.
    private void GoOn(WaitingWorkflow decided, string approvalId)
    {
        _hasMovedOn = true;
        if (_approvals?.Any(one => one.IsPending && one.Id != approvalId) == true)
        {
            _approvals = null;
            _approvalId = null;
            RefreshNow();
            return;
        }

        var at = _waiting.ToList().FindIndex(one => one.Namespace == decided.Namespace && one.WorkflowId == decided.WorkflowId && one.RunId == decided.RunId);
        _waiting = [.. _waiting.Where((_, i) => i != at)];
        var next = _waiting.Count == 0 ? null : _waiting[Math.Clamp(at, 0, _waiting.Count - 1)];
        Navigation.NavigateTo(LinkTo(next));
    }

    /// <summary>What was typed about one request and is not decided yet.</summary>
    private sealed class Work(string draft)
    {
        private DecideRequest? _sent;
        private string _updateId = "";

        private string _base = draft;

        public string Draft { get; set; } = draft;

        // Somebody else changed the text. Who had typed nothing goes on from theirs, and would otherwise undo it unawares; who had keeps it.
        public void Follow(string content)
        {
            if (content != _base && TextDiff.AreSame(_base, Draft))
                Draft = content;
            _base = content;
        }

        public string Comment { get; set; } = "";

        // The same decision again is the same update, so that pressing twice cannot decide twice; another one is another.
        public string UpdateIdFor(DecideRequest decision, TimeProvider time)
        {
            if (decision != _sent)
                (_sent, _updateId) = (decision, Guid.CreateVersion7(time.GetUtcNow()).ToString());
            return _updateId;
        }
    }
}
