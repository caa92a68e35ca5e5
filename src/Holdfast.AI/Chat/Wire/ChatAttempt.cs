using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;

namespace Holdfast.AI.Chat;

/// <summary>
/// One request to a provider, answered or not. Each may cost money, so each is kept: in the result of the model call's activity, in
/// the details of its failure, and in its heartbeats meanwhile.
/// </summary>
public sealed record ChatAttempt
{
    /// <summary>The outcome of an attempt that gave an answer.</summary>
    public const string Answered = "answered";

    /// <summary>The outcome of an attempt whose worker died or was cut off: it may or may not have cost money.</summary>
    public const string Lost = "lost";

    /// <summary>Which attempt of the activity made the request, from 1. With fallbacks one attempt of the activity may make several.</summary>
    [JsonPropertyName("attempt")]
    public required int Attempt { get; init; }

    /// <summary>Which request of that attempt this is, from 1; 0 in histories from before it was kept.</summary>
    [JsonPropertyName("number")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Number { get; init; }

    /// <summary>The provider's name in the worker's set-up.</summary>
    [JsonPropertyName("provider")]
    public required string Provider { get; init; }

    /// <summary>The provider's id of the model that was asked.</summary>
    [JsonPropertyName("model")]
    public required string Model { get; init; }

    /// <summary>The reference of the key that was used, never the key; null where the provider needs none.</summary>
    [JsonPropertyName("credential")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Credential { get; init; }

    /// <summary>The id of that key in the vault; null for one that is not from a vault.</summary>
    [JsonPropertyName("credentialId")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CredentialId { get; init; }

    /// <summary>Its version.</summary>
    [JsonPropertyName("credentialVersion")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? CredentialVersion { get; init; }

    /// <summary>Whose it is: <see cref="ChatCredential.Own"/> or <see cref="ChatCredential.Platform"/>; null where the provider needs none.</summary>
    [JsonPropertyName("credentialKind")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CredentialKind { get; init; }

    [JsonPropertyName("startedAt")]
    public required DateTimeOffset StartedAt { get; init; }

    [JsonPropertyName("latencyMs")]
    public long LatencyMs { get; init; }

    /// <summary>Until the first words of a streamed answer, in milliseconds; null when the answer was not streamed.</summary>
    [JsonPropertyName("firstTokenMs")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? FirstTokenMs { get; init; }

    /// <summary><see cref="Answered"/>, <see cref="Lost"/>, or one of <see cref="Models.ModelFailureKind"/>.</summary>
    [JsonPropertyName("outcome")]
    public required string Outcome { get; init; }

    [JsonPropertyName("statusCode")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? StatusCode { get; init; }

    /// <summary>The provider's id of the request, which its support asks for.</summary>
    [JsonPropertyName("requestId")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RequestId { get; init; }

    /// <summary>Tokens as the provider counted them; null when it did not say, which is not the same as none.</summary>
    [JsonPropertyName("usage")]
    [JsonConverter(typeof(AIJson<UsageDetails>))]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UsageDetails? Usage { get; init; }

    /// <summary>
    /// What it cost in US dollars, by the price table of the worker at that time; null when that is not known, which is not the same as
    /// nothing. A request that the provider turned away, or that never reached it, cost nothing.
    /// </summary>
    [JsonPropertyName("costUsd")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? CostUsd { get; init; }

    /// <summary>How long the provider asked to wait, in milliseconds; null: it did not.</summary>
    [JsonPropertyName("retryAfterMs")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? RetryAfterMs { get; init; }

    /// <summary>A request that is under way: lost, if nothing more is heard of it.</summary>
    internal static ChatAttempt Of(ModelRequest request) => new()
    {
        Attempt = request.ActivityAttempt,
        Number = request.Number,
        Provider = request.Provider,
        Model = request.Model,
        Credential = request.Credential,
        CredentialId = request.CredentialId,
        CredentialVersion = request.CredentialVersion,
        CredentialKind = request.CredentialKind,
        StartedAt = request.StartedAt,
        Outcome = Lost,
    };
}
