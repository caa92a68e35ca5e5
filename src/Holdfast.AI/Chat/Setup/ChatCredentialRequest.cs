namespace Holdfast.AI.Chat;

/// <summary>Who needs which key, for what.</summary>
public sealed record ChatCredentialRequest
{
    /// <summary>The reference that the model or its provider names in the set-up.</summary>
    public required string Reference { get; init; }

    /// <summary>Whose run it is, as the server tells and not the workflow.</summary>
    public required string Tenant { get; init; }

    /// <summary>The provider's name in the set-up: where the key will be sent.</summary>
    public required string Provider { get; init; }

    /// <summary>Of the run; null, as all that follow, when it is for none.</summary>
    public string? WorkflowType { get; init; }

    public string? RunId { get; init; }

    public string? ActivityId { get; init; }
}
