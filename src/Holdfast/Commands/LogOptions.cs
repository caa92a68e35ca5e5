using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.Extensions.Logging.Console;

namespace Holdfast.Commands;

/// <summary>What goes to standard error, and in which form.</summary>
internal sealed record LogOptions(string Level, string Format)
{
    private static readonly string[] Levels = ["debug", "info", "warn", "error", "never"];
    private static readonly string[] Formats = ["text", "json", "pretty"];

    public static Option<string> LevelOption(string defaultLevel)
    {
        var option = new Option<string>("--log-level") { Description = "How much to log.", DefaultValueFactory = _ => defaultLevel };
        option.CompletionSources.Add(Levels);
        option.Validators.Add(result => CheckOneOf(result, Levels));
        return option;
    }

    public static Option<string> FormatOption()
    {
        var option = new Option<string>("--log-format") { Description = "Form of the log.", DefaultValueFactory = _ => "text" };
        option.CompletionSources.Add(Formats);
        option.Validators.Add(result => CheckOneOf(result, Formats));
        return option;
    }

    /// <summary>What is wrong with a level or a form, or null.</summary>
    public string? Problem() =>
        !Levels.Contains(Level) ? $"log:level '{Level}' is none of {string.Join(", ", Levels)}"
        : !Formats.Contains(Format) ? $"log:format '{Format}' is none of {string.Join(", ", Formats)}"
        : null;

    public void Apply(ILoggingBuilder logging)
    {
        var level = Level switch
        {
            "debug" => LogLevel.Debug,
            "info" => LogLevel.Information,
            "warn" => LogLevel.Warning,
            "error" => LogLevel.Error,
            _ => LogLevel.None,
        };
        if (level == LogLevel.None)
            return;

        logging.SetMinimumLevel(level);

        // Why a server could not start is said once, in one line; the host's own report of it is pages long.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level == LogLevel.Debug ? LogLevel.Debug : LogLevel.None);

        // Whenever this one may log at all, the host makes an activity and a log scope for every request.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", level == LogLevel.Debug ? LogLevel.Debug : LogLevel.None);

        // At "info" one wants to read about the server, not about each connection and each refused request.
        if (level == LogLevel.Information)
        {
            logging.AddFilter("Microsoft", LogLevel.Warning);
            logging.AddFilter("Grpc", LogLevel.Warning);
        }

        if (Format == "json")
            logging.AddJsonConsole(json => { json.TimestampFormat = TimeFormat; json.UseUtcTimestamp = true; });
        else
            logging.AddSimpleConsole(text => { text.SingleLine = true; text.UseUtcTimestamp = true; text.TimestampFormat = TimeFormat; text.ColorBehavior = Format == "pretty" ? LoggerColorBehavior.Default : LoggerColorBehavior.Disabled; });
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static void CheckOneOf(OptionResult result, string[] known)
    {
        if (result.Tokens is [var token] && !known.Contains(token.Value))
            result.AddError($"{result.Option.Name} '{token.Value}' is none of {string.Join(", ", known)}.");
    }

    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
}
