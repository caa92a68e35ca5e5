using Holdfast.AI.Secrets;

namespace Holdfast.AI.Chat;

/// <summary>A key for one request. Disposed when the request has ended.</summary>
public class ChatCredential : IDisposable
{
    /// <summary>Kind of the keys that a tenant brought.</summary>
    public const string Own = "byok";

    /// <summary>Kind of the keys of whoever runs the worker.</summary>
    public const string Platform = "platform";

    private readonly IDisposable hidden;

    public ChatCredential(Secret secret)
    {
        Secret = secret;
        hidden = Redaction.Hide(secret);
    }

    /// <summary>While this is not disposed, the secret is blotted out of all texts of the AI layer (<see cref="Redaction"/>).</summary>
    public Secret Secret { get; }

    /// <summary>Whose key it is: <see cref="Own"/> or <see cref="Platform"/>.</summary>
    public string Kind { get; init; } = Platform;

    /// <summary>The credential's id in the vault; null for keys that are not from one.</summary>
    public string? Id { get; init; }

    /// <summary>Which version of the credential.</summary>
    public int? Version { get; init; }

    /// <summary>The endpoint that the key is for; null: the provider's own.</summary>
    public Uri? BaseUrl { get; init; }

    /// <summary>What requests to <see cref="BaseUrl"/> go through; null: the same as all others.</summary>
    internal HttpMessageHandler? Handler { get; init; }

    /// <summary>Cancelled when the key may not be used any longer: the request is broken off.</summary>
    public CancellationToken Withdrawn { get; init; }

    /// <summary>What a workflow waits for when there is no usable key, see <see cref="Waiting.WaitingNames.Credential"/>; null: it does not wait.</summary>
    public string? WaitFor { get; init; }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the use of the key.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            hidden.Dispose();
    }
}
