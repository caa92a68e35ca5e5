using System.Text.Json.Serialization;

namespace Holdfast.AI.Approvals;

/// <summary>Brings more people in when nobody decided for so long.</summary>
/// <param name="After">Counted from the request; above zero.</param>
/// <param name="AssignTo">
/// Who may decide from then on, beside those who may already: people and <c>group:NAME</c>. Empty: nobody new, it only reminds. Where a
/// request had no assignees, anybody may decide all along, and the names say who is told.
/// </param>
public sealed record EscalationStep(
    [property: JsonPropertyName("after")] TimeSpan After,
    [property: JsonPropertyName("assignTo")] IReadOnlyList<string> AssignTo);
