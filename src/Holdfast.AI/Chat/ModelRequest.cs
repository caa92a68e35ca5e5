using Microsoft.Extensions.AI;

namespace Holdfast.AI.Chat;

/// <summary>One request to a provider, as <see cref="IModelRequestObserver"/>s see it: who asks whom for what.</summary>
public sealed record ModelRequest
{
    /// <summary>
    /// Tells it from all others. For a workflow's call it is made from namespace, run, activity, attempt and number, and so can be told again
    /// by whoever knows those; otherwise it is random.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>Of the workflow run for which it is made; null, as all that follow up to the activity's id, when it is made for none.</summary>
    public string? Namespace { get; init; }

    public string? WorkflowId { get; init; }

    public string? RunId { get; init; }

    public string? WorkflowType { get; init; }

    public string? ActivityId { get; init; }

    /// <summary>The call as limits know it, the same at each try: it keeps its place in a queue by it. Null: it comes once and not again.</summary>
    internal string? Place { get; init; }

    /// <summary>The attempt of the activity, from 1; 1 outside activities.</summary>
    public int ActivityAttempt { get; init; } = 1;

    /// <summary>Which request of the activity's attempt, from 1: with fallbacks one attempt may make several.</summary>
    public int Number { get; init; } = 1;

    /// <summary>Whose run it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>The model's name in the worker's set-up, as workflows use it.</summary>
    public required string ModelName { get; init; }

    /// <summary>The provider's name in the worker's set-up.</summary>
    public required string Provider { get; init; }

    /// <summary>The provider's id of the model.</summary>
    public required string Model { get; init; }

    /// <summary>The reference of the key, never the key; null where the provider needs none.</summary>
    public string? Credential { get; init; }

    /// <summary>The id of that key in the vault; null for one that is not from a vault.</summary>
    public string? CredentialId { get; init; }

    /// <summary>Its version.</summary>
    public int? CredentialVersion { get; init; }

    /// <summary>Whose it is: <see cref="ChatCredential.Own"/> or <see cref="ChatCredential.Platform"/>; null where the provider needs none.</summary>
    public string? CredentialKind { get; init; }

    /// <summary>What is sent. Not to be changed.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>With the tools' declarations and the limit of output tokens. Not to be changed.</summary>
    public required ChatOptions Options { get; init; }

    /// <summary>Whether the answer is streamed.</summary>
    public bool Streamed { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>What earlier attempts of the same activity asked, oldest first. One that is <see cref="ChatAttempt.Lost"/> had no end.</summary>
    public IReadOnlyList<ChatAttempt> Earlier { get; init; } = [];

    /// <summary>Names the request and nothing of what is sent.</summary>
    public override string ToString() => Id;

    /// <summary>The id of a request of a workflow's call.</summary>
    public static string IdOf(string @namespace, string runId, string activityId, int attempt, int number) =>
        $"{@namespace}/{runId}/{activityId}/{attempt}/{number}";
}
