using System.Text.Json.Serialization;

namespace Holdfast.AI.Approvals.Links;

/// <summary>What a link is about and whom it was sent to. It does not say what is decided.</summary>
internal sealed record ApprovalLinkClaims(
    [property: JsonPropertyName("n")] string Namespace,
    [property: JsonPropertyName("w")] string WorkflowId,
    [property: JsonPropertyName("r")] string RunId,
    [property: JsonPropertyName("a")] string ApprovalId,
    [property: JsonPropertyName("h")] string ContentHash,
    [property: JsonPropertyName("p")] string Person,
    [property: JsonPropertyName("e")] DateTimeOffset ExpiresAt);
