using System.IO.Compression;
using System.Text.Json;
using Holdfast.AI.Chat;
using Microsoft.Extensions.AI;
using Temporalio.Converters;

namespace Holdfast.AI.Tests.Chat;

/// <summary>What the history holds of a model call, through the SDK's own payload converter.</summary>
public sealed class RecordedCallTests
{
    [Fact]
    public async Task Every_kind_of_content_survives_the_history()
    {
        var call = new ChatCall
        {
            Model = "m",
            Messages =
            [
                new(ChatRole.System, "Be brief."),
                new(ChatRole.User, [new TextContent("Look"), new DataContent(new byte[] { 1, 2, 3 }, "image/png"), new UriContent("https://x.test/a.pdf", "application/pdf")]),
                new(ChatRole.Assistant, [new TextReasoningContent("Hm") { ProtectedData = "signed" }, new FunctionCallContent("c1", "find", new Dictionary<string, object?> { ["number"] = 7 })]),
                new(ChatRole.Tool, [new FunctionResultContent("c1", new Order(7, "DE"))]),
            ],
            Options = new() { MaxOutputTokens = 5, ToolMode = ChatToolMode.RequireAny, ResponseFormat = ChatResponseFormat.Json, Reasoning = new() { Effort = ReasoningEffort.High } },
            Tools = [ToolDeclaration.Of(AIFunctionFactory.Create((int number) => number, "find", "Finds."))],
        };

        var payload = await DataConverter.Default.ToPayloadAsync(call);
        var read = await DataConverter.Default.ToValueAsync<ChatCall>(payload);

        Assert.Equal([.. call.Messages.SelectMany(message => message.Contents).Select(content => content.GetType())],
            read.Messages.SelectMany(message => message.Contents).Select(content => content.GetType()).ToArray());
        Assert.Equal("signed", read.Messages[2].Contents.OfType<TextReasoningContent>().Single().ProtectedData);
        var options = read.ToOptions();
        Assert.Equal((5, ReasoningEffort.High), (options.MaxOutputTokens, options.Reasoning!.Effort));
        Assert.IsType<RequiredChatToolMode>(options.ToolMode);
        Assert.IsType<ChatResponseFormatJson>(options.ResponseFormat);
        Assert.Equal(("find", "Finds."), (options.Tools!.Single().Name, options.Tools!.Single().Description));
        // Written again, it is the same: so a conversation that grows call by call stays byte for byte what was sent before.
        Assert.Equal(payload.Data, (await DataConverter.Default.ToPayloadAsync(read)).Data);
    }

    [Fact]
    public async Task A_long_conversation_is_recorded_in_a_fraction_of_its_size()
    {
        var call = Long(400);

        var payload = await DataConverter.Default.ToPayloadAsync(call);
        var read = await DataConverter.Default.ToValueAsync<ChatCall>(payload);

        Assert.Equal(call.Messages.Select(message => (message.Role, message.Text)), read.Messages.Select(message => (message.Role, message.Text)));
        Assert.InRange(payload.Data.Length, 1, call.Messages.Sum(message => message.Text.Length) / 2);
        Assert.Equal(payload.Data, (await DataConverter.Default.ToPayloadAsync(read)).Data);
    }

    [Fact]
    public async Task A_conversation_that_grew_begins_with_the_bytes_of_the_shorter_one()
    {
        var before = (await DataConverter.Default.ToPayloadAsync(Long(2_000))).Data.ToByteArray();
        var after = (await DataConverter.Default.ToPayloadAsync(Long(2_010))).Data.ToByteArray();

        Assert.InRange(before.AsSpan().CommonPrefixLength(after), before.Length / 2, before.Length);
    }

    [Fact]
    public async Task A_short_conversation_stays_readable_in_the_history() =>
        Assert.Contains("Line 3: ", (await DataConverter.Default.ToPayloadAsync(Long(10))).Data.ToStringUtf8(), StringComparison.Ordinal);

    [Theory]
    [InlineData("x")]
    [InlineData("data:application/json+gzip;base64,*")]
    [InlineData("data:application/json+gzip;base64,AAAA")]
    public void Damaged_messages_are_told_as_such(string messages) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ChatCall>($$"""{"model":"m","messages":"{{messages}}"}"""));

    [Fact]
    public void Messages_that_would_fill_the_memory_are_refused()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(new byte[65 * 1024 * 1024]);
        var json = $$"""{"model":"m","messages":"{{ConversationJson.Prefix}}{{Convert.ToBase64String(packed.ToArray())}}"}""";

        var refusal = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ChatCall>(json));

        Assert.Contains("longer than", refusal.Message, StringComparison.Ordinal);
    }

    private static ChatCall Long(int lines) => new()
    {
        Model = "m",
        Messages = [.. Enumerable.Range(0, lines).Select(number => new ChatMessage(
            number % 2 == 0 ? ChatRole.User : ChatRole.Assistant, $"Line {number}: " + string.Concat(Enumerable.Repeat($"{number * 7919 % 1009} words of it; ", 20))))],
    };
}
