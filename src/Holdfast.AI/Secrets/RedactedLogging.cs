using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Holdfast.AI.Secrets;

/// <summary>Keeps secrets out of a program's logs.</summary>
public static class RedactedLogging
{
    private static readonly object Inner = new();

    /// <summary>
    /// Passes all that is logged through <see cref="Redaction"/>: messages, their values, exceptions and scopes, to whatever providers. Called more than
    /// once, it does so once. Loggers that are not from the services' <see cref="ILoggerFactory"/> are not covered: give that factory to the
    /// options of Temporal's client too.
    /// </summary>
    public static IServiceCollection AddRedactedLogging(this IServiceCollection services)
    {
        services.AddLogging();
        if (services.Any(service => service.IsKeyedService && ReferenceEquals(service.ServiceKey, Inner)))
            return services;

        var inner = services.Last(service => service.ServiceType == typeof(ILoggerFactory) && !service.IsKeyedService);
        services.Add(inner switch
        {
            { ImplementationInstance: { } instance } => ServiceDescriptor.KeyedSingleton(typeof(ILoggerFactory), Inner, instance),
            { ImplementationFactory: { } factory } => ServiceDescriptor.KeyedSingleton(typeof(ILoggerFactory), Inner, (provider, _) => factory(provider)),
            _ => ServiceDescriptor.KeyedSingleton(typeof(ILoggerFactory), Inner, inner.ImplementationType!),
        });
        return services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(provider => new RedactingLoggerFactory(provider.GetRequiredKeyedService<ILoggerFactory>(Inner))));
    }
}
