using System.Text.Json.Serialization;

namespace Holdfast.AI.Approvals;

/// <summary>A step of the escalation chain of an <see cref="ApprovalOrder"/>; see <see cref="EscalationStep"/>.</summary>
public sealed record ApprovalOrderStep(
    [property: JsonPropertyName("after")] string? After,
    [property: JsonPropertyName("assignTo")] IReadOnlyList<string>? AssignTo);
