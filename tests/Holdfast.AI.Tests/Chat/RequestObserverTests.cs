using Holdfast.AI.Chat;
using Holdfast.AI.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.AI.Tests.Chat;

/// <summary>What observers are told of each request to a provider.</summary>
public sealed class RequestObserverTests
{
    [Fact]
    public async Task Each_request_of_a_workflows_call_is_told_with_its_run_before_and_after()
    {
        await using var provider = await ProviderStandIn.StartAsync(request => request.Number switch
        {
            1 => AnthropicWire.Failure(529, "overloaded_error"),
            2 => OpenAIWire.Failure(503, null, "down", ("retry-after-ms", "1")),
            _ => AnthropicWire.Answer("At last"),
        });
        var observer = new RecordingObserver();
        await using var bench = await ChatBench.OpenAsync(
            provider, model => model.FallBackTo("openai", "gpt-6.1-sol"), services => services.AddSingleton<IModelRequestObserver>(observer));
        var handle = await bench.StartAsync("AgentWorkflow", "Hi");

        await handle.EndsAsync<AgentReport>();

        var run = (await handle.DescribeAsync()).RunId;
        Assert.Equal(
            [$"default/{run}/1/1/1", $"default/{run}/1/1/2", $"default/{run}/1/2/1"],
            observer.Begun.Select(request => request.Id));
        var last = observer.Begun.Last();
        Assert.Equal(("default", handle.Id, run, "AgentWorkflow", "1", 2, 1), (last.Namespace, last.WorkflowId, last.RunId, last.WorkflowType, last.ActivityId, last.ActivityAttempt, last.Number));
        Assert.Equal(("default", "agent", "anthropic", "claude-sonnet-5-5", "anthropic"), (last.Tenant, last.ModelName, last.Provider, last.Model, last.Credential));
        Assert.Equal(["ProviderOverloaded", "ProviderUnavailable"], last.Earlier.Select(attempt => attempt.Outcome));
        Assert.Equal([(1, 1), (1, 2)], last.Earlier.Select(attempt => (attempt.Attempt, attempt.Number)));
        Assert.Equal(4096, last.Options.MaxOutputTokens);
        Assert.Equal("Hi", last.Messages.Single().Text);
        Assert.Equal(observer.Begun, observer.Ended.Select(end => end.Request));
        Assert.Equal(
            [("ProviderOverloaded", null), ("ProviderUnavailable", null), ("answered", "At last")],
            observer.Ended.Select(end => (end.Attempt.Outcome, end.Answer)));
        Assert.Equal(17, observer.Ended.Last().Attempt.Usage!.InputTokenCount);
    }

    [Fact]
    public async Task A_refused_request_is_not_made_and_those_who_heard_of_it_hear_its_end()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        var before = new RecordingObserver();
        var refusing = new RecordingObserver { Refuse = _ => new ModelException("NotToday", retryable: false, "Not today.") };
        var after = new RecordingObserver();
        await using var services = Services(provider, before, refusing, after);

        var refusal = await Assert.ThrowsAsync<ModelException>(() => services.GetRequiredKeyedService<IChatClient>("m").GetResponseAsync("Hi"));

        Assert.Equal("NotToday", refusal.Kind);
        Assert.Empty(provider.Requests);
        Assert.Equal("NotToday", Assert.Single(before.Ended).Attempt.Outcome);
        Assert.Empty(refusing.Ended);
        Assert.Empty(after.Begun);
    }

    [Fact]
    public async Task An_observer_that_fails_at_the_end_costs_no_answer()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hello"));
        var after = new RecordingObserver();
        await using var services = Services(provider, new RecordingObserver { FailAtEnd = new InvalidOperationException("full") }, after);

        Assert.Equal("Hello", (await services.GetRequiredKeyedService<IChatClient>("m").GetResponseAsync("Hi")).Text);
        Assert.Single(after.Ended);
    }

    [Fact]
    public async Task A_reader_who_leaves_a_stream_in_the_middle_ends_the_request()
    {
        await using var provider = await ProviderStandIn.StartAsync(
            StandInReply.Events([.. AnthropicWire.Opening(), AnthropicWire.Piece("Hel")]).Then(Task.Delay(Timeout.Infinite), StandInReply.Silence()));
        var observer = new RecordingObserver();
        await using var services = Services(provider, observer);

        await foreach (var update in services.GetRequiredKeyedService<IChatClient>("m").GetStreamingResponseAsync("Hi"))
        {
            if (update.Text == "Hel")
                break;
        }

        var end = Assert.Single(observer.Ended);
        Assert.Equal(("lost", null), (end.Attempt.Outcome, end.Answer));
        Assert.Null(end.Request.RunId);
    }

    [Fact]
    public async Task A_stream_that_is_read_to_its_end_is_told_as_one_answer()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Stream("Hel", "lo"));
        var observer = new RecordingObserver();
        await using var services = Services(provider, observer);

        await services.GetRequiredKeyedService<IChatClient>("m").GetStreamingResponseAsync("Hi").ToChatResponseAsync();

        var end = Assert.Single(observer.Ended);
        Assert.Equal(("answered", "Hello", 7), (end.Attempt.Outcome, end.Answer, end.Attempt.Usage!.OutputTokenCount));
    }

    private static ServiceProvider Services(ProviderStandIn provider, params RecordingObserver[] observers)
    {
        var services = new ServiceCollection().AddDurableChat(chat => chat
            .AddCredential("anthropic", "test-key")
            .AddAnthropic(baseUrl: provider.Address)
            .AddModel("m", "anthropic", "claude-sonnet-5-5"));
        foreach (var observer in observers)
            services.AddSingleton<IModelRequestObserver>(observer);
        return services.BuildServiceProvider();
    }
}
