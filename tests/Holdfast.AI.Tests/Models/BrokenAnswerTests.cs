using Microsoft.Extensions.AI;

namespace Holdfast.AI.Tests.Models;

/// <summary>Answers that are slow, dribble, break off or are no answers at all, from each provider.</summary>
public sealed class BrokenAnswerTests
{
    [Theory]
    [InlineData("anthropic")]
    [InlineData("openai")]
    [InlineData("compatible")]
    public async Task A_stream_that_ends_too_early_is_no_answer(string provider)
    {
        await using var server = await ProviderStandIn.StartAsync(Beginning(provider));

        var failure = await Calls.FailAsync(server, provider, streamed: true);

        Assert.Equal(("ModelTruncated", true), (failure.Kind, failure.Retryable));
    }

    [Theory]
    [InlineData("anthropic")]
    [InlineData("openai")]
    [InlineData("compatible")]
    public async Task A_connection_that_breaks_in_a_stream_is_tried_again(string provider)
    {
        await using var server = await ProviderStandIn.StartAsync(Beginning(provider).ThenHangUp());

        Assert.True((await Calls.FailAsync(server, provider, streamed: true)).Retryable);
    }

    [Theory]
    [InlineData("anthropic", false)]
    [InlineData("anthropic", true)]
    [InlineData("openai", false)]
    [InlineData("openai", true)]
    [InlineData("compatible", false)]
    [InlineData("compatible", true)]
    public async Task A_connection_without_an_answer_is_tried_again(string provider, bool streamed)
    {
        await using var server = await ProviderStandIn.StartAsync(StandInReply.HangUp());

        var failure = await Calls.FailAsync(server, provider, streamed);

        Assert.Equal(("ProviderUnavailable", true), (failure.Kind, failure.Retryable));
    }

    [Theory]
    [InlineData("anthropic", "<html>Please sign in</html>")]
    [InlineData("anthropic", "{\"type\":\"mess")]
    [InlineData("openai", "<html>Please sign in</html>")]
    [InlineData("openai", "{\"id\":\"resp")]
    [InlineData("compatible", "<html>Please sign in</html>")]
    [InlineData("compatible", "{\"id\":\"chat")]
    public async Task An_answer_that_cannot_be_read_is_tried_again(string provider, string body)
    {
        await using var server = await ProviderStandIn.StartAsync(StandInReply.Text(200, "application/json", body));

        var failure = await Calls.FailAsync(server, provider);

        Assert.Equal(("ModelBadAnswer", true), (failure.Kind, failure.Retryable));
        Assert.DoesNotContain("sign in", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("anthropic", false)]
    [InlineData("anthropic", true)]
    [InlineData("openai", false)]
    [InlineData("openai", true)]
    [InlineData("compatible", false)]
    [InlineData("compatible", true)]
    public async Task A_provider_that_says_nothing_is_waited_for_only_so_long(string provider, bool streamed)
    {
        await using var server = await ProviderStandIn.StartAsync(StandInReply.Silence());

        var failure = await Calls.FailAsync(server, provider, streamed, model => model.Timeout = TimeSpan.FromMilliseconds(200), TimeProvider.System);

        Assert.Equal(("ModelTimeout", true), (failure.Kind, failure.Retryable));
    }

    [Theory]
    [InlineData("anthropic")]
    [InlineData("openai")]
    [InlineData("compatible")]
    public async Task A_stream_that_falls_silent_is_waited_for_only_so_long(string provider)
    {
        await using var server = await ProviderStandIn.StartAsync(Beginning(provider).Then(Task.Delay(Timeout.Infinite), StandInReply.Silence()));

        var failure = await Calls.FailAsync(server, provider, streamed: true, model => model.StreamTimeout = TimeSpan.FromMilliseconds(200), TimeProvider.System);

        Assert.Equal(("ModelTimeout", true), (failure.Kind, failure.Retryable));
    }

    [Theory]
    [InlineData("anthropic")]
    [InlineData("openai")]
    [InlineData("compatible")]
    public async Task An_answer_that_dribbles_is_put_together(string provider)
    {
        string[] letters = [.. "Slowly but surely".Select(letter => letter.ToString())];
        await using var server = await ProviderStandIn.StartAsync(provider switch
        {
            "anthropic" => AnthropicWire.Stream(letters),
            "openai" => OpenAIWire.Stream(letters),
            _ => CompletionsWire.Stream(letters),
        });

        var response = await Calls.AskAsync(server, provider, streamed: true);

        Assert.Equal("Slowly but surely", response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
    }

    [Fact]
    public async Task A_full_answer_and_a_refusal_are_answers()
    {
        await using var server = await ProviderStandIn.StartAsync(AnthropicWire.Answer("Hel", "max_tokens"), AnthropicWire.Answer("", "refusal"));

        Assert.Equal(ChatFinishReason.Length, (await Calls.AskAsync(server, "anthropic")).FinishReason);
        Assert.Equal(ChatFinishReason.ContentFilter, (await Calls.AskAsync(server, "anthropic")).FinishReason);
    }

    private static StandInReply Beginning(string provider) => StandInReply.Events(provider switch
    {
        "anthropic" => [.. AnthropicWire.Opening(), AnthropicWire.Piece("Hel")],
        "openai" => [OpenAIWire.Created(), OpenAIWire.Piece("Hel")],
        _ => [CompletionsWire.Piece("Hel")],
    });
}
