using System.Text.Json.Nodes;
using Holdfast.AI.Tracing.Outbox;
using Holdfast.AI.Tracing.Prompts;
using Holdfast.Tests.Langfuse;
using Microsoft.Extensions.Time.Testing;
using Temporalio.Exceptions;

namespace Holdfast.AI.Tests.Tracing;

public sealed class PromptTests
{
    private static readonly HttpClient Http = new();

    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task A_prompt_is_fetched_by_label_once_a_minute_and_nobody_waits_for_the_second_time()
    {
        await using var langfuse = await LangfuseStandIn.StartAsync();
        langfuse.AddPrompt("support/draft", 1, "Old {{name}}", "production");
        langfuse.AddPrompt("support/draft", 2, "New {{name}}", "latest");
        var prompts = Open(langfuse);

        Assert.Equal("Old Ada", (await prompts.GetAsync("support/draft")).Text(("name", "Ada")));
        Assert.Equal(2, (await prompts.GetAsync("support/draft", "latest")).Version);
        langfuse.AddPrompt("support/draft", 3, "Newest", "production");
        time.Advance(LangfusePrompts.Fresh - TimeSpan.FromSeconds(1));
        Assert.Equal(1, (await prompts.GetAsync("support/draft")).Version);
        Assert.Equal(2, langfuse.Requests);

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, (await prompts.GetAsync("support/draft")).Version);
        await prompts.Refreshing;

        Assert.Equal(3, (await prompts.GetAsync("support/draft")).Version);
        Assert.Equal(3, langfuse.Requests);
    }

    [Fact]
    public async Task One_that_is_known_serves_on_while_Langfuse_is_away()
    {
        await using var langfuse = await LangfuseStandIn.StartAsync();
        langfuse.AddPrompt("p", 1, "Text", "production");
        var prompts = Open(langfuse);
        await prompts.GetAsync("p");
        langfuse.Fault = (_, _) => new(503);
        for (var minute = 0; minute < 3; minute++)
        {
            time.Advance(LangfusePrompts.Fresh);
            Assert.Equal(1, (await prompts.GetAsync("p")).Version);
            await prompts.Refreshing;
        }

        Assert.Equal(4, langfuse.Requests);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(503)]
    [InlineData(401)]
    [InlineData(0)]
    public async Task Without_Langfuse_there_is_the_fallback_which_is_no_version(int status)
    {
        await using var langfuse = await LangfuseStandIn.StartAsync();
        langfuse.Fault = (_, _) => new(status);

        var prompt = await Open(langfuse).GetAsync("p", fallback: "Be kind to {{ name }}.");

        Assert.Equal((null, "Be kind to Ada."), (prompt.Version, prompt.Text(("name", "Ada"))));
        Assert.Null(DurablePrompts.LinkOf(new Microsoft.Extensions.AI.ChatOptions().From(prompt)));
        await Assert.ThrowsAnyAsync<Exception>(() => Open(langfuse).GetAsync("p"));
    }

    [Fact]
    public async Task A_conversation_keeps_its_roles_and_values_are_not_filled_again()
    {
        await using var langfuse = await LangfuseStandIn.StartAsync();
        langfuse.AddPrompt("p", 1, JsonNode.Parse("""[{"role":"system","content":"Help {{name}} {{other}}"},{"type":"placeholder","name":"history"},{"role":"user","content":"{{question}}"}]""")!, "production");

        var messages = (await Open(langfuse).GetAsync("p")).ToMessages(("name", "{{question}}"), ("question", "Why?"));

        Assert.Equal([("system", "Help {{question}} {{other}}"), ("user", "Why?")], messages.Select(message => (message.Role.Value, message.Text)));
    }

    [Fact]
    public async Task A_run_keeps_the_version_that_it_got_and_its_generations_are_linked_to_it()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        await using var bench = await TracingBench.OpenAsync(provider);
        bench.Langfuse.AddPrompt("support/draft", 3, "Help {{name}}.", "production");
        var run = await bench.StartAsync("Prompted", "support/draft", null);
        await Eventually.SeesAsync("the first answer", () => Task.FromResult(bench.Langfuse.Observations.FirstOrDefault(one => one.Type == "generation")));

        bench.Langfuse.AddPrompt("support/draft", 4, "Something else.", "production");
        await bench.StopWorkerAsync();
        bench.StartWorker();
        await run.SignalAsync("GoOn", []);
        await run.EndsAsync<string>();
        var generations = (await bench.TraceAsync(run)).Where(one => one.Type == "generation").ToArray();

        Assert.Equal([("support/draft", 3), ("support/draft", 3)], generations.Select(one => (one.PromptName, one.PromptVersion!.Value)));
        Assert.All(provider.Requests, request => Assert.Equal("Help Ada.", request.Body["system"]![0]!["text"]!.GetValue<string>()));
        Assert.All(provider.Requests, request => Assert.DoesNotContain("holdfast", request.Body.ToJsonString(), StringComparison.Ordinal));
        Assert.Empty(bench.Langfuse.Violations);
    }

    [Fact]
    public async Task A_prompt_that_does_not_exist_fails_the_call_at_once()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        await using var bench = await TracingBench.OpenAsync(provider);
        var run = await bench.StartAsync("Prompted", "nothing", null);

        var failure = await Assert.ThrowsAsync<WorkflowFailedException>(() => run.EndsAsync<string>());

        var cause = Assert.IsType<ApplicationFailureException>(failure.InnerException!.InnerException);
        Assert.Equal(DurablePrompts.NotFound, cause.ErrorType);
    }

    private LangfusePrompts Open(LangfuseStandIn langfuse) => new(
        new LangfuseClient(Http, new() { BaseUrl = langfuse.Address, PublicKey = LangfuseStandIn.PublicKey, SecretKey = LangfuseStandIn.SecretKey }, TimeSpan.FromSeconds(30), time), time);
}
