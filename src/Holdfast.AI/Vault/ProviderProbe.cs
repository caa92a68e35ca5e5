using Holdfast.AI.Chat;
using Holdfast.AI.Models;
using Holdfast.AI.Network;
using Holdfast.AI.Secrets;

namespace Holdfast.AI.Vault;

/// <summary>Asks providers about keys, through the same clients and wire as model calls.</summary>
internal sealed class ProviderProbe(DurableChatSetup setup, VaultOptions options, IServiceProvider services, TimeProvider time)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <summary>Why a text cannot be a key of a provider; null: it can.</summary>
    public string? Problem(string provider, string key) =>
        setup.FindProvider(provider) is { } found ? found.Problem(key) : $"There is no provider \"{provider}\". There are: {string.Join(", ", setup.ProviderNames)}.";

    /// <exception cref="ModelException">It does not take the key, or could not be asked.</exception>
    public async Task AskAsync(string provider, Secret secret, string? baseUrl, CancellationToken cancellationToken)
    {
        var notes = new ResponseNotes(time, baseUrl is null ? null : EndpointGuard.Handler(options.AllowPrivateEndpoints));
        if (setup.FindProvider(provider) is not { } found)
            throw new ModelException(ModelFailureKind.NotConfigured, retryable: false, $"This program has no provider \"{provider}\".");

        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            if (!await found.ProbeAsync(new("", secret.Reveal(), baseUrl is null ? null : new(baseUrl), notes, Timeout, services), either.Token))
                throw new ModelException(ModelFailureKind.NotConfigured, retryable: false, $"The provider \"{provider}\" cannot be asked about keys.");
        }
        catch (Exception exception) when (exception is not ModelException && !cancellationToken.IsCancellationRequested)
        {
            throw ModelErrors.Classify(provider, exception, notes);
        }
    }
}
