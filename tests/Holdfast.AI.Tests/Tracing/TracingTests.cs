using System.Text;
using System.Text.Json.Nodes;
using Holdfast.AI.Approvals;
using Holdfast.AI.Tenants;
using Holdfast.AI.Tests.Approvals;
using Holdfast.AI.Tests.Chat;
using Holdfast.Tests.Langfuse;
using Temporalio.Common;
using Temporalio.Exceptions;

namespace Holdfast.AI.Tests.Tracing;

/// <summary>What Langfuse gets to see of runs on a real server.</summary>
public sealed class TracingTests
{
    [Fact]
    public async Task A_run_is_one_trace_with_its_model_calls_tools_and_what_they_took()
    {
        await using var provider = await ProviderStandIn.StartAsync(
            AnthropicWire.ToolCalls(("toolu_1", "FindOrder", new { number = 7 })),
            AnthropicWire.Answer("It is order 7."));
        await using var bench = await TracingBench.OpenAsync(provider, options => options.Environment = "test");
        var run = await bench.StartAsync("AgentWorkflow", "Where is my order?");
        await run.EndsAsync<AgentReport>();

        var trace = await bench.TraceAsync(run);

        var root = trace.Single(one => one.ParentId is null);
        Assert.Equal(("AgentWorkflow", "span", "DEFAULT", "Where is my order?"), (root.Name, root.Type, root.Level, root.Input));
        Assert.Contains("It is order 7.", root.Output, StringComparison.Ordinal);
        Assert.Equal("completed", root.Metadata["status"]);
        var calls = trace.Where(one => one.Name == "HoldfastModelCall").ToArray();
        var generations = trace.Where(one => one.Type == "generation").ToArray();
        var tool = trace.Single(one => one.Type == "tool");
        Assert.Equal((6, 2, 2), (trace.Count, calls.Length, generations.Length));
        Assert.All([.. calls, tool], activity => Assert.Equal(root.Id, activity.ParentId));
        Assert.Equal(calls.Select(call => call.Id).Order(), generations.Select(generation => generation.ParentId!).Order());
        Assert.All(generations, generation =>
        {
            Assert.Equal(("chat claude-sonnet-5-5", "claude-sonnet-5-5", "DEFAULT"), (generation.Name, generation.Model, generation.Level));
            // Cached tokens are no input besides: Langfuse adds the kinds up.
            Assert.Equal((10, 5, 2, 3), (generation.Usage["input"], generation.Usage["input_cache_read"], generation.Usage["input_cache_creation_5m"], generation.Usage["output"]));
            Assert.Equal(0.0000555m, generation.Cost["total"]);
            Assert.Equal(("req_1", "answered"), (generation.Metadata["request_id"], generation.Metadata["outcome"]));
            Assert.InRange(generation.Start, root.Start, root.End);
        });
        Assert.Equal("It is order 7.", JsonNode.Parse(generations[1].Output!)!["content"]!.GetValue<string>());
        Assert.Equal("toolu_1", JsonNode.Parse(generations[1].Input!)!.AsArray().Last()!["content"]![0]!["id"]!.GetValue<string>());
        Assert.Equal(("FindOrder", """{"Number":7,"Country":"FR"}"""), (tool.Name, Compact(tool.Output)));
        Assert.All(trace, one => Assert.Equal((run.Id, "AgentWorkflow", "test", "default"), (one.SessionId, one.TraceName, one.Environment, one.Metadata["tenant"])));
        Assert.Empty(bench.Langfuse.Violations);
    }

    [Fact]
    public async Task A_tenants_own_project_gets_its_runs_alone_and_goes_on_while_the_others_is_down()
    {
        await using var provider = await ProviderStandIn.StartAsync(_ => AnthropicWire.Answer("Hello"));
        await using var own = await LangfuseStandIn.StartAsync();
        await using var bench = await TracingBench.OpenAsync(provider, options => options.TenantProjects["acme"] =
            new() { BaseUrl = own.Address, PublicKey = LangfuseStandIn.PublicKey, SecretKey = LangfuseStandIn.SecretKey, Content = false });
        var down = true;
        bench.Langfuse.Fault = (_, _) => down ? new(503) : null;
        var acme = await bench.Client.StartWorkflowAsync("AgentWorkflow", ["Of acme"], new("acme-run", TracingBench.TaskQueue)
        {
            TypedSearchAttributes = new SearchAttributeCollection.Builder().Set(TenantNames.Key, "acme").ToSearchAttributeCollection(),
        });
        var ours = await bench.StartAsync("AgentWorkflow", "Of all");
        await acme.EndsAsync<AgentReport>();
        await ours.EndsAsync<AgentReport>();

        var theirs = await Eventually.SeesAsync("the root in the tenant's project", () =>
            Task.FromResult(own.Observations is { Count: > 2 } all && all.Any(one => one.ParentId is null) ? all : null));
        Assert.Empty(bench.Langfuse.Observations);
        Assert.All(theirs, one => Assert.Equal(("acme", null, null), (one.Metadata["tenant"], one.Input, one.Output)));
        Assert.Equal(["chain", "generation", "span"], theirs.Select(one => one.Type).Distinct().Order());

        down = false;
        var trace = await bench.TraceAsync(ours);
        Assert.Equal("Of all", trace.Single(one => one.ParentId is null).Input);
        Assert.All(bench.Langfuse.Observations, one => Assert.Equal("default", one.Metadata["tenant"]));
        Assert.DoesNotContain(own.Observations, one => one.TraceId == trace[0].TraceId);
        Assert.Empty(own.Violations);
    }

    [Fact]
    public async Task Every_attempt_is_a_generation_of_its_own_failed_ones_too()
    {
        await using var provider = await ProviderStandIn.StartAsync(
            AnthropicWire.Failure(529, "overloaded_error"),
            OpenAIWire.Failure(500, "server_error"),
            AnthropicWire.Failure(529, "overloaded_error"),
            OpenAIWire.Answer("Hello"));
        await using var bench = await TracingBench.OpenAsync(provider, model: model => model.FallBackTo("openai", "gpt-6.1-sol"));
        var run = await bench.StartAsync("AgentWorkflow", "Hi");
        await run.EndsAsync<AgentReport>();

        var trace = await bench.TraceAsync(run);

        var generations = trace.Where(one => one.Type == "generation").ToArray();
        Assert.Equal(
            [("1", "1", "ERROR", "anthropic"), ("1", "2", "ERROR", "openai"), ("2", "1", "ERROR", "anthropic"), ("2", "2", "DEFAULT", "openai")],
            generations.Select(one => (one.Metadata["attempt"], one.Metadata["request_number"], one.Level, one.Metadata["provider"])));
        Assert.Equal("ProviderOverloaded (529)", generations[0].StatusMessage);
        var calls = trace.Where(one => one.Name == "HoldfastModelCall").ToArray();
        Assert.Equal([("1", "ERROR"), ("2", "DEFAULT")], calls.Select(call => (call.Metadata["attempt"], call.Level)));
        Assert.Equal([calls[0].Id, calls[0].Id, calls[1].Id, calls[1].Id], generations.Select(one => one.ParentId));
    }

    [Fact]
    public async Task An_approval_is_a_span_with_the_decision_as_scores()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("unused"));
        await using var bench = await TracingBench.OpenAsync(provider);
        var request = new ApprovalRequest { Subject = "Refund", Content = "Dear Ada", From = "ada@example.org", Context = [new("Amount", "49")] };
        var run = await bench.StartAsync("Asking", request, null);
        await ApprovalBench.PendingAsync(run);
        await ApprovalBench.DecideAsync(run, new() { ApprovalId = "1", Verdict = "approve", Content = "Dear Ada!", By = "grace", Comment = "Friendlier" });
        await run.EndsAsync();

        var trace = await bench.TraceAsync(run);

        var root = trace.Single(one => one.ParentId is null);
        var approval = trace.Single(one => one.Name == "approval");
        Assert.Equal((root.Id, "span", "DEFAULT"), (approval.ParentId, approval.Type, approval.Level));
        Assert.Equal("Dear Ada", JsonNode.Parse(approval.Input!)!["content"]!.GetValue<string>());
        Assert.Equal("49", JsonNode.Parse(approval.Input!)!["context"]!["Amount"]!.GetValue<string>());
        Assert.Equal(("Dear Ada!", "grace"), (JsonNode.Parse(approval.Output!)!["content"]!.GetValue<string>(), JsonNode.Parse(approval.Output!)!["by"]!.GetValue<string>()));
        var scores = bench.Langfuse.Scores;
        Assert.Equal(
            [("approval", "CATEGORICAL", "approved", "Friendlier"), ("approval-edit-distance", "NUMERIC", "0.1111", null), ("approval-edited", "BOOLEAN", "1", null)],
            scores.Select(score => (score.Name, score.DataType, score.Value, score.Comment)));
        Assert.All(scores, score => Assert.Equal($"{approval.TraceId}-{approval.Id}-{score.Name}", score.Id));
        Assert.All(scores, score => Assert.Equal((approval.TraceId, approval.Id), (score.TraceId, score.ObservationId)));
        Assert.All(scores, score => Assert.Equal(approval.End, score.Timestamp, TimeSpan.FromMilliseconds(1)));
        Assert.Empty(bench.Langfuse.Violations);
    }

    [Fact]
    public async Task An_approval_that_nobody_decided_says_so()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("unused"));
        await using var bench = await TracingBench.OpenAsync(provider);
        var run = await bench.StartAsync("Asking", new ApprovalRequest { Subject = "Refund", Content = "x", From = "a" }, new ApprovalTimes([], TimeSpan.FromMilliseconds(100)));
        await run.EndsAsync();

        var approval = (await bench.TraceAsync(run)).Single(one => one.Name == "approval");

        Assert.Equal(("WARNING", "Nobody decided in time."), (approval.Level, approval.StatusMessage));
        Assert.Equal([("approval", "expired")], bench.Langfuse.Scores.Select(score => (score.Name, score.Value)));
    }

    [Fact]
    public async Task A_run_that_is_terminated_while_a_model_is_asked_has_its_root_and_what_was_cut_off()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var provider = await ProviderStandIn.StartAsync(_ =>
        {
            asked.TrySetResult();
            return StandInReply.Silence();
        });
        await using var bench = await TracingBench.OpenAsync(provider);
        var run = await bench.StartAsync("AgentWorkflow", "Hi");
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));

        await run.TerminateAsync("enough");
        var trace = await bench.TraceAsync(run);

        var root = trace.Single(one => one.ParentId is null);
        Assert.Equal(("ERROR", "Terminated: enough", "terminated"), (root.Level, root.StatusMessage, root.Metadata["status"]));
        Assert.Equal(["WARNING", "WARNING"], trace.Where(one => one.ParentId is not null).Select(one => one.Level));
        Assert.Contains("lost", trace.Single(one => one.Type == "generation").Metadata["outcome"], StringComparison.Ordinal);
        Assert.Empty(bench.Langfuse.Violations);
    }

    [Fact]
    public async Task A_Langfuse_that_does_not_answer_holds_up_no_workflow()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        await using var bench = await TracingBench.OpenAsync(provider);
        bench.Langfuse.Fault = (_, _) => new(0);
        var runs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => bench.StartAsync("AgentWorkflow", "Hi")));

        foreach (var run in runs)
            Assert.Equal("Hello", (await run.EndsAsync<AgentReport>()).Text);

        await Eventually.SeesAsync("everything to wait", () => Task.FromResult(bench.Health is { Waiting: 15, Problem: not null } ? bench : null));
        Assert.Empty(bench.Langfuse.Observations);
        bench.Langfuse.Fault = (_, _) => null;
        foreach (var run in runs)
            Assert.Equal(3, (await bench.TraceAsync(run)).Count);
        Assert.Empty(bench.Langfuse.Violations);
    }

    [Fact]
    public async Task Server_and_worker_may_stop_and_start_and_each_span_is_there_once()
    {
        await using var provider = await ProviderStandIn.StartAsync(request => request.Number % 2 == 1
            ? AnthropicWire.ToolCalls(($"toolu_{request.Number}", "wait", new { milliseconds = 400 }))
            : AnthropicWire.Answer("Hello"));
        await using var bench = await TracingBench.OpenAsync(provider);
        var first = await bench.StartAsync("AgentWorkflow", "Hi");
        await Eventually.SeesAsync("the first call", () => Task.FromResult(bench.Langfuse.Observations.Any(one => one.Type == "generation") ? bench : null));

        await bench.StopWorkerAsync();
        await bench.CrashServerAsync();
        bench.StartWorker();
        await first.EndsAsync<AgentReport>();
        var trace = await bench.TraceAsync(first);
        // Closed while nobody looked.
        var second = await bench.StartAsync("Asking", new ApprovalRequest { Subject = "s", Content = "x", From = "a" }, null);
        await ApprovalBench.PendingAsync(second);
        await bench.StopWorkerAsync();
        await second.TerminateAsync();
        bench.StartWorker();

        Assert.Equal(2, trace.Count(one => one.Type == "generation"));
        Assert.Equal("ERROR", (await bench.TraceAsync(second)).Single(one => one.ParentId is null).Level);
        Assert.Empty(bench.Langfuse.Violations);
    }

    [Fact]
    public async Task No_key_reaches_Langfuse_or_its_database()
    {
        const string Secret = "sk-ant-canary-0123456789abcdef";
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Failure(400, "invalid_request_error", $"there is {Secret} in it"), AnthropicWire.Answer($"Your key is {Secret}."));
        await using var bench = await TracingBench.OpenAsync(provider);
        var refused = await bench.StartAsync("AgentWorkflow", $"My key is {Secret}.");
        await Assert.ThrowsAsync<WorkflowFailedException>(() => refused.EndsAsync<AgentReport>());
        var answered = await bench.StartAsync("AgentWorkflow", $"My key is {Secret}.");
        await answered.EndsAsync<AgentReport>();

        await bench.TraceAsync(refused);
        await bench.TraceAsync(answered);

        Assert.Contains(bench.Langfuse.Observations, one => one.Output?.Contains("Your key is [masked].", StringComparison.Ordinal) is true);
        Assert.All(bench.Langfuse.Bodies, body => Assert.DoesNotContain("canary", body, StringComparison.Ordinal));
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(bench.DatabaseFile)!, "ai.db*").Where(file => !file.EndsWith(".exporter", StringComparison.Ordinal)))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            var text = await reader.ReadToEndAsync();
            Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
            Assert.DoesNotContain(Holdfast.Tests.Langfuse.LangfuseStandIn.SecretKey, text, StringComparison.Ordinal);
        }
    }

    private static string? Compact(string? json) => json is null ? null : JsonNode.Parse(json)!.ToJsonString();
}
