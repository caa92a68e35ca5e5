using Holdfast.AI.Models;
using Holdfast.AI.Secrets;

namespace Holdfast.AI.Chat;

/// <summary>The keys that were given to the set-up: those of whoever runs the worker.</summary>
internal sealed class ConfiguredCredentials(IReadOnlyDictionary<string, string> secrets) : IChatCredentials
{
    public bool Has(string reference) => secrets.ContainsKey(reference);

    public ValueTask<ChatCredential> ResolveAsync(ChatCredentialRequest request, CancellationToken cancellationToken) =>
        secrets.TryGetValue(request.Reference, out var secret)
            ? new(new ChatCredential(new Secret(secret)))
            : throw new ModelException(ModelFailureKind.CredentialInvalid, retryable: false, $"This worker has no credential \"{request.Reference}\".");
}
