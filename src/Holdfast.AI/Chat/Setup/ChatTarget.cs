namespace Holdfast.AI.Chat;

/// <summary>A provider's model.</summary>
/// <param name="Provider">The provider's name in the set-up.</param>
/// <param name="Model">The provider's id of the model.</param>
public sealed record ChatTarget(string Provider, string Model)
{
    /// <summary>The reference of the key to use; null: the provider's own.</summary>
    public string? Credential { get; init; }

    internal string Id => $"{Provider}/{Model}";
}
