using System.Text.Json.Nodes;
using Temporalio.Api.Enums.V1;
using Temporalio.Exceptions;

namespace Holdfast.AI.Tests.Chat;

/// <summary>Model calls of workflows, on a real server. Each run is also replayed.</summary>
public sealed class DurableChatTests
{
    [Fact]
    public async Task A_model_call_is_one_activity_and_tells_what_it_took()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        await using var bench = await ChatBench.OpenAsync(provider);

        var report = await bench.RunAsync<AgentReport>("AgentWorkflow", "Hi");

        Assert.Equal(("Hello", 1), (report.Text, report.Messages));
        var attempt = Assert.Single(report.Attempts);
        Assert.Equal(("anthropic", "claude-sonnet-5-5", "anthropic", "answered", "req_1"), (attempt.Provider, attempt.Model, attempt.Credential, attempt.Outcome, attempt.RequestId));
        Assert.Equal((17, 3), (attempt.Usage!.InputTokenCount, attempt.Usage.OutputTokenCount));
        Assert.Single(provider.Requests);
    }

    [Fact]
    public async Task Each_tool_call_is_an_activity_with_the_calls_id()
    {
        await using var provider = await ProviderStandIn.StartAsync(
            AnthropicWire.ToolCalls(("toolu_1", "FindOrder", new { number = 7, filter = new { country = "DE" } })),
            AnthropicWire.Answer("It is order 7."));
        await using var bench = await ChatBench.OpenAsync(provider);
        var handle = await bench.StartAsync("AgentWorkflow", "Where is my order?");

        var report = await handle.EndsAsync<AgentReport>();
        await ChatBench.ReplayAsync(handle);

        Assert.Equal(("It is order 7.", 3, 2), (report.Text, report.Messages, report.Attempts.Count));
        Assert.EndsWith("/toolu_1", Assert.Single(bench.Tools.Keys), StringComparison.Ordinal);
        var requests = provider.Requests.ToArray();
        var tool = requests[0].Body["tools"]!.AsArray().Single(tool => tool!["name"]!.GetValue<string>() == "FindOrder")!;
        Assert.Equal("Finds an order.", tool["description"]!.GetValue<string>());
        Assert.Equal("The order's number.", tool["input_schema"]!["properties"]!["number"]!["description"]!.GetValue<string>());
        var result = ToolResult(requests[1]);
        Assert.Equal("toolu_1", result["tool_use_id"]!.GetValue<string>());
        Assert.Contains("DE", result.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tools_that_are_asked_for_together_run_together_even_under_one_id()
    {
        await using var provider = await ProviderStandIn.StartAsync(
            AnthropicWire.ToolCalls(("same", "Meet", new { }), ("same", "Meet", new { })),
            AnthropicWire.Answer("Both met."));
        await using var bench = await ChatBench.OpenAsync(provider);

        Assert.Equal("Both met.", (await bench.RunAsync<AgentReport>("AgentWorkflow", "Meet!")).Text);

        // One after the other, the first would have waited in vain, been tried again, and met itself.
        Assert.Equal(2, bench.Tools.Meetings);
        var results = provider.Requests.Last().Body["messages"]!.AsArray().Last()!["content"]!.AsArray();
        Assert.Equal(2, results.Count);
        Assert.All(results, result => Assert.Contains("met", result!["content"]!.ToJsonString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("CancelOrder", """{"number":7}""", "Order 7 was sent already.")]
    [InlineData("FindOrder", """{"number":"seven"}""", "The argument \"number\" does not fit its schema.")]
    [InlineData("FindOrder", "{}", "The argument \"number\" is missing.")]
    [InlineData("NoSuchTool", "{}", "there is no tool")]
    public async Task A_tool_that_fails_tells_the_model_and_not_the_workflow(string tool, string input, string told)
    {
        await using var provider = await ProviderStandIn.StartAsync(
            AnthropicWire.ToolCalls(("toolu_1", tool, JsonNode.Parse(input)!)),
            AnthropicWire.Answer("Sorry."));
        await using var bench = await ChatBench.OpenAsync(provider);

        Assert.Equal("Sorry.", (await bench.RunAsync<AgentReport>("AgentWorkflow", "Do it")).Text);
        Assert.Contains(told, ToolResult(provider.Requests.Last())["content"]!.ToString().Replace("\\u0022", "\"", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tool_may_be_workflow_code_that_waits()
    {
        await using var provider = await ProviderStandIn.StartAsync(
            AnthropicWire.ToolCalls(("toolu_1", "wait", new { milliseconds = 20 }), ("toolu_2", "wait", new { milliseconds = 10 })),
            AnthropicWire.Answer("Waited."));
        await using var bench = await ChatBench.OpenAsync(provider);

        Assert.Equal("Waited.", (await bench.RunAsync<AgentReport>("AgentWorkflow", "Wait")).Text);
        Assert.Contains("waited 2 times by AgentWorkflow", provider.Requests.Last().Body.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reasoning_goes_back_to_the_model_that_thought_it_signed_as_it_was()
    {
        await using var provider = await ProviderStandIn.StartAsync(
            AnthropicWire.Message([AnthropicWire.ThinkingBlock("Let me look.", "c2lnbmVk"), AnthropicWire.ToolBlock("toolu_1", "FindOrder", new { number = 7 })], "tool_use"),
            AnthropicWire.Answer("Found."));
        await using var bench = await ChatBench.OpenAsync(provider);

        await bench.RunAsync<AgentReport>("AgentWorkflow", "Think");

        var thought = provider.Requests.Last().Body["messages"]![1]!["content"]![0]!;
        Assert.Equal(("thinking", "Let me look.", "c2lnbmVk"), (thought["type"]!.GetValue<string>(), thought["thinking"]!.GetValue<string>(), thought["signature"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Reasoning_is_kept_from_a_model_that_did_not_think_it()
    {
        await using var provider = await ProviderStandIn.StartAsync(request => request.Number switch
        {
            1 => AnthropicWire.Message([AnthropicWire.ThinkingBlock("Let me look.", "c2lnbmVk"), AnthropicWire.ToolBlock("toolu_1", "FindOrder", new { number = 7 })], "tool_use"),
            2 => AnthropicWire.Failure(529, "overloaded_error"),
            _ => OpenAIWire.Answer("Found by another."),
        });
        await using var bench = await ChatBench.OpenAsync(provider, model => model.FallBackTo("openai", "gpt-6.1-sol"));

        var report = await bench.RunAsync<AgentReport>("AgentWorkflow", "Think");

        Assert.Equal("Found by another.", report.Text);
        Assert.Equal(["answered", "ProviderOverloaded", "answered"], report.Attempts.Select(attempt => attempt.Outcome));
        Assert.Equal(["anthropic", "anthropic", "openai"], report.Attempts.Select(attempt => attempt.Provider));
        Assert.DoesNotContain("c2lnbmVk", provider.Requests.Last().Body.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAIs_encrypted_reasoning_survives_the_history_too()
    {
        await using var provider = await ProviderStandIn.StartAsync(request => request.Path == "/v1/messages" ? AnthropicWire.Failure(529, "overloaded_error")
            : request.Number == 2 ? OpenAIWire.Response([OpenAIWire.Reasoning("Look first.", "ZW5jcnlwdGVk"), OpenAIWire.Call("call_1", "FindOrder", new { number = 7 })])
            : OpenAIWire.Answer("Found."));
        await using var bench = await ChatBench.OpenAsync(provider, model => model.FallBackTo("openai", "gpt-6.1-sol"));

        Assert.Equal("Found.", (await bench.RunAsync<AgentReport>("AgentWorkflow", "Think")).Text);
        Assert.Contains("ZW5jcnlwdGVk", provider.Requests.Last().Body.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_was_turned_away_is_tried_again_when_the_provider_said_and_every_try_is_kept()
    {
        await using var provider = await ProviderStandIn.StartAsync(
            AnthropicWire.Failure(429, "rate_limit_error", "slow down", ("retry-after-ms", "300")),
            StandInReply.HangUp(),
            AnthropicWire.Answer("At last"));
        await using var bench = await ChatBench.OpenAsync(provider);

        var report = await bench.RunAsync<AgentReport>("AgentWorkflow", "Hi");

        Assert.Equal(["RateLimited", "ProviderUnavailable", "answered"], report.Attempts.Select(attempt => attempt.Outcome));
        Assert.Equal([1, 2, 3], report.Attempts.Select(attempt => attempt.Attempt));
        Assert.True(report.Attempts[1].StartedAt - report.Attempts[0].StartedAt >= TimeSpan.FromMilliseconds(300));
    }

    [Fact]
    public async Task A_call_that_no_try_can_mend_fails_at_once_and_holds_no_key()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Failure(401, "authentication_error", "invalid key"));
        await using var bench = await ChatBench.OpenAsync(provider);

        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => bench.RunAsync<AgentReport>("AgentWorkflow", "Hi"));

        var cause = Assert.IsType<ApplicationFailureException>(Assert.IsType<ActivityFailureException>(failed.InnerException).InnerException);
        Assert.Equal("CredentialInvalid", cause.ErrorType);
        Assert.Equal("CredentialInvalid", cause.Details.ElementAt<AI.Chat.ChatAttempt[]>(0)!.Single().Outcome);
        Assert.DoesNotContain("test-key", failed.ToString(), StringComparison.Ordinal);
        Assert.Single(provider.Requests);
    }

    [Fact]
    public async Task A_rate_limit_of_hours_is_waited_for_by_a_timer()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Failure(429, "rate_limit_error", "later", ("retry-after", "7200")));
        await using var bench = await ChatBench.OpenAsync(provider);
        var handle = await bench.StartAsync("AgentWorkflow", "Hi");

        var timer = await Eventually.SeesAsync("a timer", async () =>
            (await handle.FetchHistoryAsync()).Events.FirstOrDefault(happened => happened.EventType == EventType.TimerStarted));
        await handle.CancelAsync();

        Assert.Equal(TimeSpan.FromHours(2), timer.TimerStartedEventAttributes.StartToFireTimeout.ToTimeSpan());
        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.EndsAsync());
        Assert.IsType<CanceledFailureException>(failed.InnerException);
        await ChatBench.ReplayAsync(handle);
    }

    [Fact]
    public async Task What_a_call_took_that_ran_out_of_time_is_known_too()
    {
        await using var provider = await ProviderStandIn.StartAsync(StandInReply.Silence());
        await using var bench = await ChatBench.OpenAsync(provider);

        var report = await bench.RunAsync<AgentReport>("ImpatientWorkflow", "Hi");

        Assert.Equal("Timeout", report.Text);
        Assert.Equal(("anthropic", "lost"), (Assert.Single(report.Attempts).Provider, report.Attempts[0].Outcome));
    }

    [Fact]
    public async Task A_structured_answer_is_asked_for_again_when_it_does_not_fit()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("It is order 7."), AnthropicWire.Answer("""{"number":7,"country":"DE"}"""));
        await using var bench = await ChatBench.OpenAsync(provider);

        Assert.Equal(new Order(7, "DE"), await bench.RunAsync<Order>("OrderFormWorkflow", "Order 7 to Germany"));
        var requests = provider.Requests.ToArray();
        Assert.Equal("json_schema", requests[0].Body["output_config"]!["format"]!["type"]!.GetValue<string>());
        Assert.Contains("could not be read", requests[1].Body["messages"]![2]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_structured_answer_is_asked_for_only_so_often()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("I'd rather not."));
        await using var bench = await ChatBench.OpenAsync(provider);

        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => bench.RunAsync<Order>("OrderFormWorkflow", "Order 7"));

        Assert.Equal("ModelBadAnswer", Assert.IsType<ApplicationFailureException>(failed.InnerException).ErrorType);
        Assert.Equal(3, provider.Requests.Count);
    }

    [Fact]
    public async Task A_cancelled_workflow_hangs_up_on_the_model()
    {
        var hungUp = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        await using var provider = await ProviderStandIn.StartAsync(_ => new(async context =>
        {
            using var registration = context.RequestAborted.Register(hungUp.SetResult);
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }));
        await using var bench = await ChatBench.OpenAsync(provider);
        var handle = await bench.StartAsync("AgentWorkflow", "Hi");
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(20));

        await handle.CancelAsync();

        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.EndsAsync());
        Assert.IsType<CanceledFailureException>(failed.InnerException);
        await hungUp.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Single(provider.Requests);
    }

    [Fact]
    public async Task A_server_that_dies_during_a_model_call_has_it_asked_only_once()
    {
        var gate = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        await using var provider = await ProviderStandIn.StartAsync(request =>
        {
            asked.TrySetResult();
            return request.Number == 1
                ? AnthropicWire.ToolCalls(("toolu_1", "FindOrder", new { number = 7 })).After(gate.Task)
                : AnthropicWire.Answer("Order 7.");
        });
        await using var bench = await ChatBench.OpenAsync(provider);
        var handle = await bench.StartAsync("AgentWorkflow", "Hi");
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(20));

        await bench.CrashServerAsync();
        gate.SetResult();
        var report = await handle.EndsAsync<AgentReport>();
        await bench.CrashServerAsync();
        await ChatBench.ReplayAsync(handle);

        Assert.Equal("Order 7.", report.Text);
        Assert.Equal(2, provider.Requests.Count);
        Assert.Single(bench.Tools.Keys);
    }

    private static JsonNode ToolResult(StandInRequest request) =>
        request.Body["messages"]!.AsArray().Last()!["content"]!.AsArray().Single(block => block!["type"]!.GetValue<string>() == "tool_result")!;
}
