using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>One line per event, for people: time, what is wrong if anything is, the sentence, and what caused it.</summary>
internal sealed class LogLine(TimeProvider time) : ConsoleFormatter(FormatName)
{
    public const string FormatName = "line";

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var level = entry.LogLevel switch
        {
            LogLevel.Critical or LogLevel.Error => "error: ",
            LogLevel.Warning => "warning: ",
            LogLevel.Trace or LogLevel.Debug => $"debug: {entry.Category}: ",
            _ => "",
        };
        textWriter.Write(string.Create(CultureInfo.InvariantCulture, $"{time.GetLocalNow():HH:mm:ss} {level}{entry.Formatter(entry.State, entry.Exception)}"));
        // The whole of it, in one line: an operator searches lines, and a stack trace is the last thing to lose.
        if (entry.Exception is { } exception)
            textWriter.Write(" | " + exception.ToString().ReplaceLineEndings(" "));
        textWriter.WriteLine();
    }
}
