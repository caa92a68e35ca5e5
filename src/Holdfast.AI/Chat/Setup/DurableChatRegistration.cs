using Holdfast.AI.Costs;
using Holdfast.AI.Tenants;
using Holdfast.AI.Tracing.Telemetry;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Temporalio.Worker;

namespace Holdfast.AI.Chat;

/// <summary>Puts durable model calls into a program.</summary>
public static class DurableChatRegistration
{
    /// <summary>
    /// Registers providers and models. Workflows reach a model by <see cref="DurableChat.Client"/>; other code takes it from the
    /// services as a keyed <see cref="IChatClient"/> with the model's name as key: the same model, without durability.
    /// </summary>
    public static IServiceCollection AddDurableChat(this IServiceCollection services, Action<DurableChatBuilder> configure)
    {
        var builder = new DurableChatBuilder();
        configure(builder);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(builder.Credentials);
        services.TryAddSingleton<IChatCredentials>(builder.Credentials);
        services.AddSingleton(builder.Build());
        services.TryAddSingleton(provider => new ModelPrices(path: null, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<CostAttributes>();
        services.TryAddSingleton<RunTenants>();
        services.AddSingleton<IModelRequestObserver, ModelTelemetry>();
        services.AddSingleton<RequestObservers>();
        services.AddSingleton<ModelCaller>();
        services.AddSingleton<ChatStreams>();
        services.AddSingleton<ChatActivity>();
        foreach (var name in builder.ModelNames)
            services.AddKeyedSingleton<IChatClient>(name, (provider, _) => new PlainChatClient(name, provider.GetRequiredService<ModelCaller>(), provider.GetRequiredService<RunTenants>()));
        return services;
    }

    /// <summary>Lets the worker carry out model calls.</summary>
    /// <param name="services">Where <see cref="AddDurableChat(IServiceCollection, Action{DurableChatBuilder})"/> was called.</param>
    public static TemporalWorkerOptions AddDurableChat(this TemporalWorkerOptions options, IServiceProvider services) =>
        options.AddAllActivities(services.GetRequiredService<ChatActivity>());
}
