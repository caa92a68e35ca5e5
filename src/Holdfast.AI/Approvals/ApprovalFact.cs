using System.Text.Json.Serialization;

namespace Holdfast.AI.Approvals;

/// <summary>One thing that the human reads beside the content: a label and a value of one or more lines.</summary>
public sealed record ApprovalFact(
    [property: JsonPropertyName("label")] string Label,
    [property: JsonPropertyName("value")] string Value);
