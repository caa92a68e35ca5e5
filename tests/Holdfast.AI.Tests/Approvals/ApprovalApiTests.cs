using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using Holdfast.AI.Approvals;
using Holdfast.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Temporalio.Client;
using Temporalio.Worker;

namespace Holdfast.AI.Tests.Approvals;

/// <summary>The HTTP API of approvals, over a real connection, before real workflows in two namespaces.</summary>
public sealed class ApprovalApiTests : IAsyncLifetime, IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseCookies = false });
    private ApprovalBench bench = null!;
    private WebApplication host = null!;

    public async Task InitializeAsync()
    {
        bench = await ApprovalBench.OpenAsync(worker => worker.AddWorkflow<AskingWorkflow>().AddApprovals(), "other");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddHoldfastDashboard(options =>
        {
            options.Target = $"http://{bench.Target}";
            options.GroupsOf = person => person == "ben@x.example" ? ["finance"] : [];
        });
        host = builder.Build();
        host.Use((context, next) =>
        {
            if (context.Request.Headers["X-Signed-In"].ToString() is { Length: > 0 } person)
                context.User = new(new ClaimsIdentity([new(ClaimTypes.Name, person)], "test"));
            return next(context);
        });
        host.MapHoldfastDashboard();
        await host.StartAsync();
        http.BaseAddress = new Uri(host.Urls.Single());
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await bench.DisposeAsync();
    }

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task One_list_shows_what_waits_in_all_namespaces_and_a_persons_own()
    {
        var here = await bench.StartAsync("Asking", Request() with { Assignees = ["group:finance"] }, null);
        await ApprovalBench.PendingAsync(here);
        var otherClient = new TemporalClient(bench.Client.Connection, new() { Namespace = "other" });
        await ApprovalRegistration.EnsureAsync(otherClient);
        using var otherWorker = new TemporalWorker(otherClient, new TemporalWorkerOptions("q") { GracefulShutdownTimeout = TimeSpan.Zero }.AddApprovals());
        using var stop = new CancellationTokenSource();
        var working = otherWorker.ExecuteAsync(stop.Token);
        var there = await otherClient.StartWorkflowAsync(ApprovalNames.Workflow, [new { subject = "There", content = "x", assignees = (IReadOnlyList<string>)["ada@x.example"] }], new("there", "q"));
        await ApprovalBench.PendingAsync(there);

        var all = await Eventually.SeesAsync("both", async () => await ListAsync("") is { Length: 2 } both ? both : null);

        Assert.Equal(["default", "other"], all.Select(one => Text(one, "namespace")));
        Assert.Equal(["There"], (await ListAsync("?namespace=other")).Select(one => Text(one, "subject")));
        Assert.Equal(["There"], (await ListAsync("?assignee=ada@x.example")).Select(one => Text(one, "subject")));
        Assert.Equal(["Refund"], (await ListAsync("?assignee=ben@x.example")).Select(one => Text(one, "subject")));
        Assert.Empty(await ListAsync("?assignee=eve@x.example"));
        await stop.CancelAsync();
        await working.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    [Fact]
    public async Task A_request_is_read_edited_and_approved_once_with_its_diff_kept()
    {
        var run = await bench.StartAsync("Asking", Request(), null);
        await ApprovalBench.PendingAsync(run);
        var url = await UrlAsync();
        var read = await http.GetFromJsonAsync<JsonElement>(url);
        var hash = Text(read.GetProperty("approval"), "contentHash");
        var decision = new { verdict = "approve", by = "Ada", content = "Pay 40 euros\nsoon", contentHash = hash, decisionId = "d-1" };

        using var decided = await http.PostAsJsonAsync($"{url}/decision", decision);
        using var again = await http.PostAsJsonAsync($"{url}/decision", new { verdict = "reject", by = "Ben" });

        Assert.Empty(read.GetProperty("diff").EnumerateArray());
        Assert.Equal(HttpStatusCode.OK, decided.StatusCode);
        var answer = await decided.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("approved", Text(answer.GetProperty("approval"), "state"));
        Assert.Equal(
            ["removed Pay 49 euros", "added Pay 40 euros", "same soon"],
            answer.GetProperty("diff").EnumerateArray().Select(line => $"{Text(line, "kind")} {Text(line, "text")}"));
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        var refusal = await again.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("already_decided", Text(refusal, "error"));
        Assert.StartsWith("Approval 1 was already approved by Ada at ", Text(refusal, "message"), StringComparison.Ordinal);
        Assert.Equal("Pay 40 euros\nsoon", (await run.EndsAsync<ApprovalOutcome>()).Approval.Content);
    }

    [Fact]
    public async Task The_same_decision_sent_twice_counts_once()
    {
        var run = await bench.StartAsync("Asking", Request() with { Quorum = 2 }, null);
        var asked = await ApprovalBench.PendingAsync(run);
        var url = await UrlAsync();
        var decision = new { verdict = "approve", by = "Ada", contentHash = asked.ContentHash, decisionId = "d-1" };

        using var first = await http.PostAsJsonAsync($"{url}/decision", decision);
        using var second = await http.PostAsJsonAsync($"{url}/decision", decision);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [first.StatusCode, second.StatusCode]);
        Assert.Single((await ApprovalBench.ViewsAsync(run))[0].Votes);
    }

    [Fact]
    public async Task Who_may_not_decide_is_told_so_and_a_groups_member_may()
    {
        var run = await bench.StartAsync("Asking", Request() with { Assignees = ["group:finance"] }, null);
        await ApprovalBench.PendingAsync(run);
        var url = await UrlAsync();

        using var eve = await http.PostAsJsonAsync($"{url}/decision", new { verdict = "approve", by = "eve@x.example", groups = (IReadOnlyList<string>)["finance"] });
        using var ben = await http.PostAsJsonAsync($"{url}/decision", new { verdict = "approve", by = "ben@x.example" });

        Assert.Equal(HttpStatusCode.Forbidden, eve.StatusCode);
        Assert.Equal("not_allowed", Text(await eve.Content.ReadFromJsonAsync<JsonElement>(), "error"));
        Assert.Equal(HttpStatusCode.OK, ben.StatusCode);
    }

    [Fact]
    public async Task Who_is_signed_in_sees_and_decides_what_is_theirs_alone_and_under_their_own_name()
    {
        var run = await bench.StartAsync("Asking", Request() with { Assignees = ["ada@acme.example"] }, null);
        await ApprovalBench.PendingAsync(run);
        var url = await UrlAsync();

        http.DefaultRequestHeaders.Add("X-Signed-In", "ben@other.example");
        using var hidden = await http.GetAsync(url);
        using var foreign = await http.PostAsJsonAsync($"{url}/decision", new { verdict = "approve" });
        using var forged = await http.PostAsJsonAsync($"{url}/decision", new { verdict = "approve", by = "ada@acme.example" });
        Assert.Empty(await ListAsync(""));
        Assert.Empty(await ListAsync("?assignee=ada@acme.example"));
        Assert.Equal(
            [HttpStatusCode.NotFound, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden],
            [hidden.StatusCode, foreign.StatusCode, forged.StatusCode]);

        http.DefaultRequestHeaders.Remove("X-Signed-In");
        http.DefaultRequestHeaders.Add("X-Signed-In", "Ada@acme.example");
        Assert.Single(await ListAsync(""));
        using var own = await http.PostAsJsonAsync($"{url}/decision", new { verdict = "approve" });
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        Assert.Equal("Ada@acme.example", (await run.EndsAsync<ApprovalOutcome>()).Approval.Decision!.By);
    }

    [Fact]
    public async Task A_decision_on_another_text_than_was_read_is_refused()
    {
        var run = await bench.StartAsync("Asking", Request(), null);
        await ApprovalBench.PendingAsync(run);

        using var stale = await http.PostAsJsonAsync($"{await UrlAsync()}/decision", new { verdict = "approve", by = "Ada", contentHash = ContentSeal.Of("something else") });

        Assert.Equal(HttpStatusCode.Conflict, stale.StatusCode);
        Assert.Equal("content_changed", Text(await stale.Content.ReadFromJsonAsync<JsonElement>(), "error"));
        Assert.Equal(ApprovalState.Pending, (await ApprovalBench.ViewsAsync(run))[0].State);
    }

    [Fact]
    public async Task Another_site_cannot_decide_and_neither_can_a_form()
    {
        var run = await bench.StartAsync("Asking", Request(), null);
        await ApprovalBench.PendingAsync(run);
        var url = await UrlAsync();
        using var foreign = new HttpRequestMessage(HttpMethod.Post, $"{url}/decision") { Content = JsonContent.Create(new { verdict = "approve", by = "Eve" }) };
        foreign.Headers.Add("Origin", "https://evil.example");
        using var rebound = new HttpRequestMessage(HttpMethod.Get, "/api/approvals") { Headers = { Host = "evil.example" } };

        using var fromElsewhere = await http.SendAsync(foreign);
        using var underAnotherName = await http.SendAsync(rebound);
        using var form = await http.PostAsync($"{url}/decision", new FormUrlEncodedContent([new("verdict", "approve"), new("by", "Eve")]));

        Assert.Equal(HttpStatusCode.Forbidden, fromElsewhere.StatusCode);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, underAnotherName.StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
        Assert.Empty((await ApprovalBench.ViewsAsync(run))[0].Votes);
    }

    [Theory]
    [InlineData("""{"verdict":"maybe","by":"Ada"}""", "verdict must be approve or reject.")]
    [InlineData("""{"verdict":"approve"}""", "by is missing: say who decides.")]
    [InlineData("not json", "The body is not the JSON of a decision")]
    public async Task A_malformed_decision_is_refused_with_the_field_that_is_wrong(string body, string problem)
    {
        using var answer = await http.PostAsync("/api/approvals/default/w/r/1/decision", new StringContent(body, null, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.StartsWith(problem, Text(await answer.Content.ReadFromJsonAsync<JsonElement>(), "message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/approvals/default/no-such-workflow/0198c0de-0000-7000-8000-000000000000/1")]
    [InlineData("/api/approvals/no-such-namespace/w/0198c0de-0000-7000-8000-000000000000/1")]
    [InlineData("/api/approvals/default/w")]
    public async Task What_does_not_exist_is_not_found(string path)
    {
        using var answer = await http.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("unknown", Text(await answer.Content.ReadFromJsonAsync<JsonElement>(), "error"));
    }

    [Fact]
    public async Task Ids_with_slashes_and_percents_are_found()
    {
        const string Id = "mail/a%2Fb ü?#";
        var run = await bench.Client.StartWorkflowAsync("Asking", [Request(), null], new(Id, ApprovalBench.TaskQueue));
        await ApprovalBench.PendingAsync(run);

        var read = await http.GetFromJsonAsync<JsonElement>(await UrlAsync());

        Assert.Equal(Id, Text(read, "workflowId"));
        Assert.Equal("Refund", Text(read.GetProperty("approval"), "subject"));
    }

    private static ApprovalRequest Request() => new() { Subject = "Refund", Content = "Pay 49 euros\nsoon" };

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private async Task<JsonElement[]> ListAsync(string query) =>
        [.. (await http.GetFromJsonAsync<JsonElement>($"/api/approvals{query}")).GetProperty("approvals").EnumerateArray()];

    private async Task<string> UrlAsync() =>
        await Eventually.SeesAsync("the request in the list", async () => await ListAsync("") is [var one] ? Text(one, "url") : null);
}
