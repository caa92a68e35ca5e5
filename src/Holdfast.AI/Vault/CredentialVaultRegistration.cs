using Holdfast.AI.Chat;
using Holdfast.AI.Database;
using Holdfast.AI.Secrets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.AI.Vault;

/// <summary>Puts the vault of customers' own keys into a program.</summary>
public static class CredentialVaultRegistration
{
    /// <summary>
    /// Registers <see cref="CredentialVault"/>, with its tables in the AI database (<see cref="AIDatabaseRegistration.AddAIDatabase"/>), and has model calls of
    /// <see cref="DurableChatRegistration"/> take their keys from it. Add an <c>ITemporalClient</c> to the services to have waiting runs woken
    /// at once, and register their search attributes (<see cref="Waiting.WaitingRegistration"/>, <see cref="Tenants.TenantRegistration"/>).
    /// </summary>
    /// <param name="wrapper">What wraps the tenants' data keys, such as <see cref="KeyFile.Open"/>.</param>
    public static IServiceCollection AddCredentialVault(this IServiceCollection services, Func<IServiceProvider, IKeyWrapper> wrapper, VaultOptions? options = null)
    {
        options ??= new();
        services.TryAddSingleton(TimeProvider.System);
        services.AddRedactedLogging();
        services.AddSingleton(wrapper);
        services.AddSingleton(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            var database = provider.GetRequiredService<AIDatabase>();
            var setup = provider.GetService<DurableChatSetup>();
            return new CredentialVault(
                database,
                new(database, provider.GetRequiredService<IKeyWrapper>(), time),
                options,
                setup is null ? null : new(setup, options, provider, time),
                provider,
                time,
                provider.GetService<ILogger<CredentialVault>>() ?? NullLogger<CredentialVault>.Instance);
        });
        services.AddSingleton(provider => new ActiveKeys(
            provider.GetRequiredService<CredentialVault>(), provider.GetRequiredService<AIDatabase>(), options, provider.GetRequiredService<TimeProvider>()));
        services.Replace(ServiceDescriptor.Singleton<IChatCredentials>(provider => new VaultCredentials(
            provider.GetRequiredService<CredentialVault>(),
            provider.GetRequiredService<AIDatabase>(),
            provider.GetService<ConfiguredCredentials>() ?? new(new Dictionary<string, string>()),
            provider.GetRequiredService<ActiveKeys>(),
            options,
            provider.GetRequiredService<TimeProvider>())));
        return services;
    }

    /// <inheritdoc cref="AddCredentialVault(IServiceCollection, Func{IServiceProvider, IKeyWrapper}, VaultOptions?)"/>
    /// <param name="keyFile">The file of the wrapping key, see <see cref="KeyFile"/>.</param>
    public static IServiceCollection AddCredentialVault(this IServiceCollection services, string keyFile, VaultOptions? options = null) =>
        services.AddCredentialVault(_ => KeyFile.Open(keyFile), options);
}
