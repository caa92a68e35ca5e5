namespace Holdfast.EmailSupport.Triage;

/// <summary>What the reader made of an e-mail.</summary>
public sealed record Classification
{
    public required EmailCategory Category { get; init; }

    /// <summary>The mail's language as a two-letter code, <c>und</c> when it could not be told.</summary>
    public required string Language { get; init; }

    /// <summary>Whether the reader wants a person to see the reply before it goes out.</summary>
    public required bool NeedsApproval { get; init; }

    /// <summary>Why, in one sentence for that person.</summary>
    public required string Reason { get; init; }

    public string Summary { get; init; } = "";

    /// <summary>The mail seems to give orders to a machine.</summary>
    public bool InjectionSuspected { get; init; }

    /// <summary>Who read it: a model's id, or the offline rules.</summary>
    public required string Model { get; init; }

    /// <summary>The prompt that it was read by, <c>support-reader/1</c>; null when it could not be read.</summary>
    public string? Prompt { get; init; }
}
