using Holdfast.AI.Models;

namespace Holdfast.AI.Chat;

/// <summary>The keys that were given to the set-up.</summary>
internal sealed class ConfiguredCredentials(IReadOnlyDictionary<string, string> secrets) : IChatCredentials
{
    public ValueTask<string> ResolveAsync(string reference, CancellationToken cancellationToken) =>
        secrets.TryGetValue(reference, out var secret)
            ? new(secret)
            : throw new ModelException(ModelFailureKind.CredentialInvalid, retryable: false, $"This worker has no credential \"{reference}\".");
}
