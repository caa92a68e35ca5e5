using Microsoft.Extensions.AI;

namespace Holdfast.AI.Models;

/// <summary>Where models come from.</summary>
/// <param name="credential">The reference of the key that is used where a model names none; null: it needs none.</param>
internal abstract class ChatProvider(string name, string? credential)
{
    public string Name => name;

    public string? Credential => credential;

    /// <summary>
    /// A client for one call, disposed after it: so a key lives as long as the call that uses it. Its own retries are off, because the
    /// activity's retry policy is the only retryer: it survives a crash, and every attempt shows.
    /// </summary>
    public abstract IChatClient Connect(ChatConnection connection);

    /// <summary>Asks the provider for something that costs nothing and needs a valid key.</summary>
    /// <returns>False when there is no such thing.</returns>
    public virtual Task<bool> ProbeAsync(ChatConnection connection, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <summary>Why a text cannot be a key of this provider; null: it can.</summary>
    public virtual string? Problem(string key) => null;
}
