using Holdfast.AI.Chat;
using Holdfast.AI.Secrets;

namespace Holdfast.AI.Vault;

/// <summary>A tenant's key for one request.</summary>
/// <param name="resolvedAt">The request begins then or later.</param>
/// <param name="withdrawn">
/// Cancelled when the key is revoked. Never disposed, as that may happen at the very moment when the request ends; it holds nothing but memory.
/// </param>
internal sealed class VaultCredential(Secret secret, CredentialRow row, DateTimeOffset resolvedAt, ActiveKeys active, CancellationTokenSource withdrawn) : ChatCredential(secret)
{
    public CredentialRow Row => row;

    public DateTimeOffset ResolvedAt => resolvedAt;

    public void Withdraw() => withdrawn.Cancel();

    protected override void Dispose(bool disposing)
    {
        active.Remove(this);
        base.Dispose(disposing);
    }
}
