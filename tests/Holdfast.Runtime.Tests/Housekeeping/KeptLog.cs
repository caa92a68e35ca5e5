using Microsoft.Extensions.Logging;

namespace Holdfast.Runtime.Tests.Housekeeping;

/// <summary>Keeps the messages that are logged.</summary>
internal sealed class KeptLog : ILogger
{
    public List<string> Messages { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Messages.Add(formatter(state, exception));
}
