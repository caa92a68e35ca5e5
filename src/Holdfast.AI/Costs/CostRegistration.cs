using Holdfast.AI.Chat;
using Holdfast.AI.Database;
using Holdfast.AI.Limits;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Holdfast.AI.Costs;

/// <summary>Puts the keeping of costs into a program.</summary>
public static class CostRegistration
{
    /// <summary>
    /// Keeps every request to a provider in the ledger of the <see cref="AIDatabase"/> that is registered as a service, and holds calls to
    /// their <see cref="Budgets"/> and <see cref="RateLimits"/>. Both, <see cref="CostLedger"/> and <see cref="ModelPrices"/> are services then. Call it
    /// before observers that are only to hear of requests that are really made.
    /// </summary>
    /// <param name="pricesFile">The operator's price table, see <see cref="PriceTable.Parse"/>; null: only the program's own.</param>
    public static IServiceCollection AddModelCosts(this IServiceCollection services, string? pricesFile = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.Replace(ServiceDescriptor.Singleton(provider =>
            new ModelPrices(pricesFile, provider.GetRequiredService<TimeProvider>(), provider.GetService<ILogger<ModelPrices>>())));
        services.AddSingleton<CostLedger>();
        services.AddSingleton<Budgets>();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<IModelRequestObserver, CostObserver>();
        return services;
    }
}
