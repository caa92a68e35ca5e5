namespace Holdfast.AI.Vault;

/// <summary>The vault did not do what it was asked. The message holds no secret.</summary>
public sealed class VaultException(VaultFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public VaultFailure Failure => failure;
}
