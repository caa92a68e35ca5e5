using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Costs;

/// <summary>How many tokens a request may take, before anybody has counted them: for reserving, and on the high side.</summary>
internal static class TokenEstimate
{
    private const double CharactersPerToken = 3.5;

    // What a large picture takes with the common providers. Of other files nobody can tell by looking at them from outside.
    private const int TokensPerFile = 1_600;

    private const int TokensPerMessage = 8;

    /// <summary>All of the output that is allowed, and the input by its length. Caches are not counted on.</summary>
    public static TokenUsage Of(IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        long characters = options.Instructions?.Length ?? 0, tokens = 0;
        foreach (var tool in options.Tools?.OfType<AIFunctionDeclaration>() ?? [])
            characters += tool.Name.Length + tool.Description.Length + tool.JsonSchema.GetRawText().Length;
        if (options.ResponseFormat is ChatResponseFormatJson { Schema: { } schema })
            characters += schema.GetRawText().Length;
        foreach (var message in messages)
        {
            tokens += TokensPerMessage;
            foreach (var content in message.Contents)
            {
                if (content is DataContent or UriContent)
                    tokens += TokensPerFile;
                else
                    characters += Length(content);
            }
        }

        return new() { Input = tokens + (long)Math.Ceiling(characters / CharactersPerToken), Output = options.MaxOutputTokens ?? 0 };
    }

    private static long Length(AIContent content) => content switch
    {
        TextContent text => text.Text.Length,
        TextReasoningContent reasoning => reasoning.Text.Length + (reasoning.ProtectedData?.Length ?? 0),
        FunctionCallContent call => call.Name.Length + JsonLength(call.Arguments),
        FunctionResultContent result => JsonLength(result.Result),
        _ => 0,
    };

    private static long JsonLength(object? value) => value switch
    {
        null => 0,
        string text => text.Length,
        JsonElement element => element.GetRawText().Length,
        _ => JsonSerializer.Serialize(value, AIJsonUtilities.DefaultOptions).Length,
    };
}
