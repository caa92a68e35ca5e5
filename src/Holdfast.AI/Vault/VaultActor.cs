namespace Holdfast.AI.Vault;

/// <summary>Who does something with a credential, for the audit.</summary>
/// <param name="Name">A person or a program.</param>
/// <param name="Address">Where from, such as an IP address.</param>
public sealed record VaultActor(string Name, string? Address = null);
