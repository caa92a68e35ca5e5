using System.Text;
using Microsoft.Extensions.Logging;

namespace Holdfast.AI.Tests.Secrets;

/// <summary>Keeps all that is logged: messages, values, exceptions, scopes.</summary>
internal sealed class LogCollector : ILoggerProvider, ILogger
{
    private readonly StringBuilder text = new();

    public string Text
    {
        get
        {
            lock (text)
                return text.ToString();
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        Append($"scope {state} {Values(state)}");
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Append($"{logLevel} {formatter(state, exception)} {Values(state)} {exception}");

    public void Dispose()
    {
    }

    private void Append(string line)
    {
        lock (text)
            text.AppendLine(line);
    }

    private static string Values<TState>(TState state) =>
        state is IEnumerable<KeyValuePair<string, object?>> values ? string.Join(' ', values.Select(value => $"{value.Key}={value.Value}")) : "";
}
