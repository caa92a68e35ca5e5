using System.Globalization;
using System.Text.Json;
using Holdfast.Engine;
using Holdfast.Runtime.Matching;

namespace Holdfast.Server;

/// <summary>
/// The settings of Temporal's dynamic configuration that this server honours. Test suites of the SDKs start a development server with many
/// more; those say nothing that this server does not do anyway, or are about parts that it does not have.
/// </summary>
public sealed record DynamicConfig
{
    /// <summary>The settings when nothing is configured.</summary>
    public static DynamicConfig Default { get; } = new();

    // What Temporal's server receives, and what its clients therefore keep to.
    private const int UsualMessageBytes = 4 * 1024 * 1024;

    /// <summary>
    /// <c>limit.blobSize.error</c> (64 MiB at most), <c>limit.blobSize.warn</c>, <c>limit.memoSize.error</c>, <c>limit.historySize.error</c> and
    /// <c>.suggestContinueAsNew</c>, <c>limit.historyCount.error</c> and <c>.suggestContinueAsNew</c>, <c>system.enableActivityEagerExecution</c>,
    /// <c>history.maximumSignalsPerExecution</c>, <c>history.maxInFlightUpdates</c> and <c>history.maxTotalUpdates</c> (0 for no limit, in these three).
    /// </summary>
    public EngineLimits Limits { get; init; } = EngineLimits.Default;

    /// <summary>The largest message that is taken: 4 MiB, and never less than two of the largest payloads.</summary>
    public int LargestMessageBytes => Math.Max(UsualMessageBytes, 2 * Math.Max(Limits.BlobSizeError, Limits.MemoSizeError));

    /// <summary><c>history.longPollExpirationInterval</c>: how long a wait for a workflow's next event or update stage lasts. Default 20 s.</summary>
    public TimeSpan HistoryLongPoll { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary><c>frontend.enableCancelWorkerPollsOnShutdown</c>: a worker's polls end when it says that it shuts down. Default true.</summary>
    public bool CancelPollsOnShutdown { get; init; } = true;

    /// <summary>
    /// <c>matching.maxTaskBacklog</c>, our own: how many tasks may wait for workers in memory before starts and new activities are refused with
    /// RESOURCE_EXHAUSTED where they would add to the longest backlogs. Default 500,000, which take 200 MB.
    /// </summary>
    public int MaxTaskBacklog { get; init; } = TaskQueues.DefaultMaxBacklog;

    /// <summary><c>frontend.keepAliveTime</c>: how long a connection may be silent before the server asks whether its peer is still there. Default 1 min.</summary>
    public TimeSpan KeepAliveTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary><c>frontend.keepAliveTimeout</c>: how long the peer has to answer that before the connection is closed. Default 10 s.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Reads settings; a later one wins over an earlier one of the same name.</summary>
    /// <exception cref="FormatException">A setting that is honoured has a value of the wrong kind. The message names it.</exception>
    public static DynamicConfig Read(IEnumerable<KeyValuePair<string, string>> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var config = Default;
        foreach (var (name, value) in values)
        {
            var limits = config.Limits;
            config = name.ToUpperInvariant() switch
            {
                "LIMIT.BLOBSIZE.ERROR" => config with { Limits = WithBlobSize(limits, Whole(name, value, EngineLimits.LargestBlobSizeError)) },
                "LIMIT.BLOBSIZE.WARN" => config with { Limits = limits with { BlobSizeWarn = Whole(name, value) } },
                "LIMIT.MEMOSIZE.ERROR" => config with { Limits = limits with { MemoSizeError = Whole(name, value, EngineLimits.LargestBlobSizeError) } },
                "LIMIT.HISTORYSIZE.ERROR" => config with { Limits = limits with { HistorySizeError = Whole(name, value) } },
                "LIMIT.HISTORYSIZE.SUGGESTCONTINUEASNEW" => config with { Limits = limits with { HistorySizeSuggestContinueAsNew = Whole(name, value) } },
                "LIMIT.HISTORYCOUNT.ERROR" => config with { Limits = limits with { HistoryCountError = Whole(name, value) } },
                "LIMIT.HISTORYCOUNT.SUGGESTCONTINUEASNEW" => config with { Limits = limits with { HistoryCountSuggestContinueAsNew = Whole(name, value) } },
                "SYSTEM.ENABLEACTIVITYEAGEREXECUTION" => config with { Limits = limits with { EagerActivities = Flag(name, value) } },
                "HISTORY.MAXIMUMSIGNALSPEREXECUTION" => config with { Limits = limits with { SignalsPerRun = WholeOrNone(name, value) } },
                "HISTORY.MAXINFLIGHTUPDATES" => config with { Limits = limits with { UpdatesInFlight = WholeOrNone(name, value) } },
                "HISTORY.MAXTOTALUPDATES" => config with { Limits = limits with { UpdatesPerRun = WholeOrNone(name, value) } },
                "HISTORY.LONGPOLLEXPIRATIONINTERVAL" => config with { HistoryLongPoll = Duration(name, value) },
                "FRONTEND.ENABLECANCELWORKERPOLLSONSHUTDOWN" => config with { CancelPollsOnShutdown = Flag(name, value) },
                "MATCHING.MAXTASKBACKLOG" => config with { MaxTaskBacklog = Whole(name, value) },
                "FRONTEND.KEEPALIVETIME" => config with { KeepAliveTime = Duration(name, value) },
                "FRONTEND.KEEPALIVETIMEOUT" => config with { KeepAliveTimeout = Duration(name, value) },
                _ => config,
            };
        }

        return config;
    }

    // An update waits in memory: one of the largest must have room there.
    private static EngineLimits WithBlobSize(EngineLimits limits, int bytes) =>
        limits with { BlobSizeError = bytes, UpdateBytesInFlight = Math.Max(limits.UpdateBytesInFlight, bytes) };

    private static int Whole(string name, string value, int largest = int.MaxValue) =>
        int.TryParse(Scalar(value), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= largest
            ? number
            : throw Wrong(name, value, largest < int.MaxValue ? $"a whole number from 1 to {largest}" : "a whole number above 0");

    private static int WholeOrNone(string name, string value) =>
        int.TryParse(Scalar(value), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= 0
            ? number == 0 ? int.MaxValue : number
            : throw Wrong(name, value, "a whole number, or 0 for no limit");

    private static bool Flag(string name, string value) =>
        bool.TryParse(Scalar(value), out var flag) ? flag : throw Wrong(name, value, "true or false");

    private static TimeSpan Duration(string name, string value) =>
        Durations.Parse(Scalar(value)) is { } duration && duration > TimeSpan.Zero
            ? duration
            : throw Wrong(name, value, "a duration such as \"5s\" or \"1500ms\"");

    // Values are JSON, yet command lines and files often hold a bare word where JSON asks for a quoted one.
    private static string Scalar(string value)
    {
        try
        {
            using var json = JsonDocument.Parse(value);
            return json.RootElement.ValueKind == JsonValueKind.String ? json.RootElement.GetString()! : json.RootElement.GetRawText();
        }
        catch (JsonException)
        {
            return value.Trim();
        }
    }

    private static FormatException Wrong(string name, string value, string expected) =>
        new($"The value '{value}' of the dynamic configuration '{name}' is not {expected}.");
}
