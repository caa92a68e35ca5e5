using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Chat;

/// <summary>What a model is told about a tool.</summary>
/// <param name="Schema">The JSON schema of its arguments.</param>
internal sealed record ToolDeclaration(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("description")] string Description,
    [property: JsonPropertyName("schema")] JsonElement Schema)
{
    public static ToolDeclaration Of(AIFunctionDeclaration tool) => new(tool.Name, tool.Description, tool.JsonSchema);

    public AITool ToTool() => AIFunctionFactory.CreateDeclaration(Name, Description, Schema);
}
