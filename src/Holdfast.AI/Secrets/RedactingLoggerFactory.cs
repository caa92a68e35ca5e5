using Microsoft.Extensions.Logging;

namespace Holdfast.AI.Secrets;

/// <summary>Makes loggers whose entries hold no secrets. The inner factory belongs to the services, which dispose it.</summary>
internal sealed class RedactingLoggerFactory(ILoggerFactory inner) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new RedactingLogger(inner.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose()
    {
    }
}
