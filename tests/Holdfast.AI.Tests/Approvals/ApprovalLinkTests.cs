using System.Net;
using Holdfast.AI.Approvals;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;

namespace Holdfast.AI.Tests.Approvals;

/// <summary>What links in mails meet: scanners, impatient people, forgers, and time.</summary>
public sealed class ApprovalLinkTests : IAsyncLifetime
{
    private const string Ada = "ada@x.example";
    private const string Ben = "ben@x.example";
    private static readonly ApprovalRequest Refund = new() { Subject = "Refund", Content = "Pay 49 euros\nsoon", Context = [new("Order", "7")], Bound = ["order 7"] };

    private ApprovalBench bench = null!;
    private LinkHost host = null!;

    public async Task InitializeAsync()
    {
        bench = await ApprovalBench.OpenAsync(worker => worker.AddWorkflow<AskingWorkflow>().AddApprovals(), "other");
        host = await LinkHost.StartAsync(bench.Client);
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await bench.DisposeAsync();
    }

    [Fact]
    public async Task A_scanner_that_opens_and_posts_everything_decides_nothing()
    {
        var (run, asked) = await AskAsync(Refund);
        var link = host.PathFor(run, asked, Ada);
        using var person = host.OpenBrowser();
        using var scanner = host.OpenBrowser();
        using var without = host.OpenBrowser();
        var form = await person.OpenAsync(link);

        Assert.Equal(HttpStatusCode.OK, (await scanner.GetAsync(link)).Status);
        Assert.Equal(HttpStatusCode.OK, (await scanner.GetAsync(link)).Status);
        using (var head = await scanner.SendAsync(HttpMethod.Head, link))
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        // What the person's page would send, by something that has not the person's cookie; a bare post; one with all but the ticked box.
        Assert.Equal(HttpStatusCode.BadRequest, (await without.PostAsync(link, form)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await without.PostAsync(link, new() { ["verdict"] = "approve", ["confirm"] = "yes" })).Status);
        using (var bare = await scanner.SendAsync(HttpMethod.Post, link))
            Assert.Equal(HttpStatusCode.BadRequest, bare.StatusCode);
        form.Remove("confirm");
        Assert.Equal(HttpStatusCode.BadRequest, (await person.PostAsync(link, form)).Status);

        var view = Assert.Single(await ApprovalBench.ViewsAsync(run));
        Assert.Equal(ApprovalState.Pending, view.State);
        Assert.Empty(view.Votes);
        Assert.Empty(view.Refused);
    }

    [Fact]
    public async Task A_person_reads_edits_and_approves_and_a_replay_changes_nothing()
    {
        var (run, asked) = await AskAsync(Refund);
        var link = host.PathFor(run, asked, Ada);
        using var browser = host.OpenBrowser();
        var (_, page) = await browser.GetAsync(link);
        var form = await browser.OpenAsync(link, content: "Pay 40 euros\r\nsoon");

        var (status, done) = await browser.PostAsync(link, form);
        var outcome = await run.EndsAsync<ApprovalOutcome>();
        var replayed = await browser.PostAsync(link, form);
        var (_, later) = await browser.GetAsync(link);

        Assert.Contains("Pay 49 euros\nsoon", page, StringComparison.Ordinal);
        Assert.Contains("Recorded as decided by ada@x.example", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("Approved by ada@x.example", done, StringComparison.Ordinal);
        Assert.Contains("with changes", done, StringComparison.Ordinal);
        Assert.Equal(("Pay 40 euros\nsoon", ContentSeal.Of("Pay 40 euros\nsoon", "order 7"), Ada), (outcome.Approval.Content, outcome.Seal, outcome.Approval.Decision!.By));
        Assert.Equal(HttpStatusCode.Conflict, replayed.Status);
        Assert.Contains("Approved by ada@x.example", replayed.Page, StringComparison.Ordinal);
        Assert.Contains("Approved by ada@x.example", later, StringComparison.Ordinal);
        Assert.DoesNotContain("<form", later, StringComparison.Ordinal);
        Assert.Single((await ApprovalBench.ViewsAsync(run))[0].Votes);
    }

    [Fact]
    public async Task The_page_tells_nobody_its_address_and_loads_nothing()
    {
        var (run, asked) = await AskAsync(Refund with { Subject = "<script src=//evil.example></script>", Context = [new("<img src=x>", "\"><script>alert(1)</script>")] });
        using var browser = host.OpenBrowser();
        using var answer = await browser.SendAsync(HttpMethod.Get, host.PathFor(run, asked, Ada));
        var page = await answer.Content.ReadAsStringAsync();

        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.Equal("no-store", Assert.Single(answer.Headers.GetValues("Cache-Control")));
        Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.EndsWith("form-action 'self'; base-uri 'none'; frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(" href=", page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Of_two_who_press_at_once_one_decides_and_the_other_is_told_who()
    {
        var (run, asked) = await AskAsync(Refund);
        var (adasLink, bensLink) = (host.PathFor(run, asked, Ada), host.PathFor(run, asked, Ben));
        using var ada = host.OpenBrowser();
        using var ben = host.OpenBrowser();
        var (adasForm, bensForm) = (await ada.OpenAsync(adasLink), await ben.OpenAsync(bensLink, "reject"));

        var answers = await Task.WhenAll(ada.PostAsync(adasLink, adasForm), ben.PostAsync(bensLink, bensForm));

        var view = Assert.Single(await ApprovalBench.ViewsAsync(run));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Conflict], answers.Select(answer => answer.Status).Order());
        Assert.All(answers, answer => Assert.Contains($"by {view.Decision!.By} on", answer.Page, StringComparison.Ordinal));
        Assert.Single(view.Votes);
    }

    [Fact]
    public async Task Pressing_twice_is_one_vote_and_the_next_person_completes_the_quorum()
    {
        var (run, asked) = await AskAsync(Refund with { Quorum = 2, Assignees = [Ada, "group:finance"] });
        host.Groups[Ben] = ["finance"];
        var (adasLink, bensLink) = (host.PathFor(run, asked, Ada), host.PathFor(run, asked, Ben));
        using var ada = host.OpenBrowser();
        using var ben = host.OpenBrowser();
        var form = await ada.OpenAsync(adasLink);

        var answers = await Task.WhenAll(ada.PostAsync(adasLink, form), ada.PostAsync(adasLink, form));
        var (_, half) = await ada.GetAsync(adasLink);
        await ben.PostAsync(bensLink, await ben.OpenAsync(bensLink));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Contains("You have approved this. 1 more must.", half, StringComparison.Ordinal);
        var outcome = await run.EndsAsync<ApprovalOutcome>();
        Assert.Equal([Ada, Ben], outcome.Approval.Votes.Select(vote => vote.By));
    }

    [Fact]
    public async Task Who_has_left_the_group_cannot_decide_for_it_by_an_old_link()
    {
        var (run, asked) = await AskAsync(Refund with { Assignees = ["group:finance"] });
        host.Groups[Ben] = ["finance"];
        var link = host.PathFor(run, asked, Ben);
        using var ben = host.OpenBrowser();
        var form = await ben.OpenAsync(link);

        host.Groups.Remove(Ben);
        var (status, page) = await ben.PostAsync(link, form);

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("ben@x.example is not among them.", page, StringComparison.Ordinal);
        Assert.Equal(ApprovalState.Pending, (await ApprovalBench.ViewsAsync(run))[0].State);
    }

    [Fact]
    public async Task What_expires_while_the_page_is_open_is_not_decided_by_it()
    {
        var (run, asked) = await AskAsync(Refund, new([], TimeSpan.FromSeconds(2)));
        var link = host.PathFor(run, asked, Ada);
        using var browser = host.OpenBrowser();
        var form = await browser.OpenAsync(link);

        await ApprovalBench.SeenAsync(run, "1", view => view.State is ApprovalState.Expired);
        // This host's clock stands, so it believes the link is good; the workflow knows better.
        var (status, page) = await browser.PostAsync(link, form);

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("Nobody decided in time", page, StringComparison.Ordinal);
        Assert.Equal(ApprovalState.Expired, (await run.EndsAsync<ApprovalOutcome>()).Approval.State);
    }

    [Fact]
    public async Task A_clock_that_is_some_minutes_ahead_takes_the_link_and_one_beyond_that_does_not()
    {
        var (run, asked) = await AskAsync(Refund);
        var link = host.PathFor(run, asked, Ada);
        using var browser = host.OpenBrowser();
        host.Clock.SetUtcNow(asked.ExpiresAt.AddMinutes(4));
        var form = await browser.OpenAsync(link);

        host.Clock.SetUtcNow(asked.ExpiresAt.AddMinutes(6));
        var looked = await browser.GetAsync(link);
        var posted = await browser.PostAsync(link, form);

        Assert.Equal(HttpStatusCode.Gone, looked.Status);
        Assert.Equal(HttpStatusCode.Gone, posted.Status);
        Assert.Contains("This link has expired", posted.Page, StringComparison.Ordinal);
        Assert.Equal(ApprovalState.Pending, (await ApprovalBench.ViewsAsync(run))[0].State);
    }

    [Fact]
    public async Task What_was_withdrawn_cannot_be_decided()
    {
        var (run, asked) = await AskAsync(Refund);
        var link = host.PathFor(run, asked, Ada);
        using var browser = host.OpenBrowser();
        var form = await browser.OpenAsync(link);

        await run.CancelAsync();
        await Assert.ThrowsAsync<WorkflowFailedException>(() => run.EndsAsync());
        var (status, page) = await browser.PostAsync(link, form);

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("or it was withdrawn", page, StringComparison.Ordinal);
        Assert.Empty((await ApprovalBench.ViewsAsync(run))[0].Votes);
    }

    [Fact]
    public async Task A_link_to_a_text_that_was_changed_since_decides_nothing()
    {
        var (run, asked) = await AskAsync(Refund with { Quorum = 2 });
        var link = host.PathFor(run, asked, Ada);
        using var browser = host.OpenBrowser();
        var form = await browser.OpenAsync(link);

        await ApprovalBench.DecideAsync(run, new() { ApprovalId = "1", Verdict = "approve", By = Ben, Content = "Pay nothing", ContentHash = asked.ContentHash });
        var (status, page) = await browser.PostAsync(link, form);
        var (_, looked) = await browser.GetAsync(link);

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("The text was changed after this mail was sent", page, StringComparison.Ordinal);
        Assert.Contains("Pay nothing", looked, StringComparison.Ordinal);
        Assert.DoesNotContain("<form", looked, StringComparison.Ordinal);
        Assert.Equal([Ben], (await ApprovalBench.ViewsAsync(run))[0].Votes.Select(vote => vote.By));
    }

    [Fact]
    public async Task A_link_made_with_another_installations_keys_is_not_valid()
    {
        await using var otherHost = await LinkHost.StartAsync(bench.Client);
        var (run, asked) = await AskAsync(Refund);
        using var browser = host.OpenBrowser();
        var form = await browser.OpenAsync(host.PathFor(run, asked, Ada));
        var foreign = otherHost.PathFor(run, asked, Ada);

        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(foreign)).Status);
        var (status, page) = await browser.PostAsync(foreign, form);

        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("This link is not valid", page, StringComparison.Ordinal);
        Assert.Empty((await ApprovalBench.ViewsAsync(run))[0].Votes);
    }

    [Fact]
    public async Task A_link_that_was_changed_or_cut_off_is_not_valid()
    {
        var (run, asked) = await AskAsync(Refund);
        var link = host.PathFor(run, asked, Ada);
        using var browser = host.OpenBrowser();
        var form = await browser.OpenAsync(link);

        string[] changed =
        [
            link[..^1], link[..40], $"{link}A", "/approve/x", "/approve/%20",
            // Not the last letter of all, whose lowest bits mean nothing: another one can stand for the same bytes.
            .. Enumerable.Range(0, 8).Select(i => "/approve/".Length + ((link.Length - 10) * i / 8)).Select(at => $"{link[..at]}{(link[at] == 'A' ? 'B' : 'A')}{link[(at + 1)..]}"),
        ];

        foreach (var path in changed)
            Assert.Equal((path, HttpStatusCode.NotFound), (path, (await browser.PostAsync(path, form)).Status));
        Assert.Empty((await ApprovalBench.ViewsAsync(run))[0].Votes);
    }

    [Fact]
    public async Task A_link_of_one_namespace_touches_no_workflow_of_the_same_name_in_another()
    {
        var otherClient = new TemporalClient(bench.Client.Connection, new() { Namespace = "other" });
        await ApprovalRegistration.EnsureAsync(otherClient);
        using var otherWorker = new TemporalWorker(otherClient, new TemporalWorkerOptions(ApprovalBench.TaskQueue) { GracefulShutdownTimeout = TimeSpan.Zero }.AddWorkflow<AskingWorkflow>());
        using var stop = new CancellationTokenSource();
        var working = otherWorker.ExecuteAsync(stop.Token);
        var here = await bench.Client.StartWorkflowAsync("Asking", [Refund, null], new("same", ApprovalBench.TaskQueue));
        var there = await otherClient.StartWorkflowAsync("Asking", [Refund, null], new("same", ApprovalBench.TaskQueue));
        var (askedHere, askedThere) = (await ApprovalBench.PendingAsync(here), await ApprovalBench.PendingAsync(there));
        using var browser = host.OpenBrowser();

        // The run of one with the namespace of the other leads nowhere, and its own link to its own alone.
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(host.PathFor(here, askedHere, Ada, "other"))).Status);
        var link = host.PathFor(there, askedThere, Ada, "other");
        Assert.Equal(HttpStatusCode.OK, (await browser.PostAsync(link, await browser.OpenAsync(link))).Status);

        Assert.True((await there.EndsAsync<ApprovalOutcome>()).Approved);
        Assert.Equal(ApprovalState.Pending, (await ApprovalBench.ViewsAsync(here))[0].State);
        await stop.CancelAsync();
        await working.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task<(WorkflowHandle Run, ApprovalView Asked)> AskAsync(ApprovalRequest request, ApprovalTimes? times = null)
    {
        var run = await bench.StartAsync("Asking", request, times);
        return (run, await ApprovalBench.PendingAsync(run));
    }
}
