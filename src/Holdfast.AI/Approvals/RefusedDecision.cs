using System.Text.Json.Serialization;

namespace Holdfast.AI.Approvals;

/// <summary>A decision that came as a signal, which gets no answer, and was not taken.</summary>
public sealed record RefusedDecision(
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("at")] DateTimeOffset At,
    [property: JsonPropertyName("reason")] string Reason);
