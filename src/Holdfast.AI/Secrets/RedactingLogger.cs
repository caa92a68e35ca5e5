using System.Collections;
using Microsoft.Extensions.Logging;

namespace Holdfast.AI.Secrets;

/// <summary>Passes on what holds no secret as it is, and of the rest a clean copy.</summary>
internal sealed class RedactingLogger(ILogger inner) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull =>
        state is IEnumerable<KeyValuePair<string, object?>> values
            ? inner.BeginScope(Clean(values) ?? (object)state)
            : state.ToString() is { } text && Redaction.Clean(text) is var clean && clean != text ? inner.BeginScope(clean) : inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!inner.IsEnabled(logLevel))
            return;

        var message = formatter(state, exception);
        var cleanMessage = Redaction.Clean(message);
        var cleanException = exception is null ? null : Redaction.Clean(exception);
        var values = state is IEnumerable<KeyValuePair<string, object?>> pairs ? Clean(pairs) : null;
        if (cleanMessage == message && cleanException == exception && values is null)
            inner.Log(logLevel, eventId, state, exception, formatter);
        else
            inner.Log(logLevel, eventId, new Entry(values ?? [], cleanMessage), cleanException, static (entry, _) => entry.ToString());
    }

    // Null: there is nothing to clean.
    private static KeyValuePair<string, object?>[]? Clean(IEnumerable<KeyValuePair<string, object?>> values)
    {
        KeyValuePair<string, object?>[] all = [.. values];
        var changed = false;
        for (var at = 0; at < all.Length; at++)
        {
            if (all[at].Value?.ToString() is not { } text || Redaction.Clean(text) is var clean && clean == text)
                continue;
            all[at] = new(all[at].Key, clean);
            changed = true;
        }

        return changed ? all : null;
    }

    private sealed class Entry(KeyValuePair<string, object?>[] values, string message) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => values.Length;

        public KeyValuePair<string, object?> this[int index] => values[index];

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => values.AsEnumerable().GetEnumerator();

        public override string ToString() => message;

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
