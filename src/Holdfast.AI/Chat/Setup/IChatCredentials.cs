using Holdfast.AI.Models;

namespace Holdfast.AI.Chat;

/// <summary>
/// Finds the secret behind a reference, at the moment of the call: so a key that was changed is used from the next attempt on, and
/// histories hold references only. Register one of your own to keep keys elsewhere than in Holdfast's vault; without any, those of
/// <see cref="DurableChatBuilder.AddCredential"/> are found.
/// </summary>
public interface IChatCredentials
{
    /// <exception cref="ModelException">There is none, or it may not be used.</exception>
    ValueTask<ChatCredential> ResolveAsync(ChatCredentialRequest request, CancellationToken cancellationToken);

    /// <summary>A request with the key failed.</summary>
    /// <returns>The failure for the call: the same, or what it means for this key.</returns>
    ValueTask<ModelException> FailedAsync(ChatCredential credential, ModelException failure, CancellationToken cancellationToken) => new(failure);

    /// <summary>A provider took the key and answered.</summary>
    ValueTask AnsweredAsync(ChatCredential credential, CancellationToken cancellationToken) => default;
}
