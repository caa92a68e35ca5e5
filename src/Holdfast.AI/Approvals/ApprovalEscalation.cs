using System.Text.Json.Serialization;

namespace Holdfast.AI.Approvals;

/// <summary>A step of the escalation chain of one request.</summary>
public sealed record ApprovalEscalation
{
    /// <summary>When it is due. Settled when the request was made.</summary>
    [JsonPropertyName("dueAt")]
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>Who is brought in.</summary>
    [JsonPropertyName("assignTo")]
    public required IReadOnlyList<string> AssignTo { get; init; }

    /// <summary>When it happened; null: it did not.</summary>
    [JsonPropertyName("at")]
    public DateTimeOffset? At { get; init; }
}
