using Microsoft.Extensions.Logging;

namespace Holdfast.Simulation.Machines;

/// <summary>The server's own log, as part of the story. An internal error is a broken promise.</summary>
internal sealed class ToldLog(World world, string server) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var text = $"{server} says: {formatter(state, exception)}";
        if (eventId.Name is "DecisionFailed" or "ShardStopped")
            world.Violated($"{text} {exception}");
        else
            world.Tell(text);
    }
}
