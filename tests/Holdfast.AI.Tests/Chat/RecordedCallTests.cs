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
}
