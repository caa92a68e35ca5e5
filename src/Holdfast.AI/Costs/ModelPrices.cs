using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.AI.Costs;

/// <summary>
/// The price table in force: the operator's file above the program's own table. The file is read again when it has changed, and one that
/// cannot be read changes nothing: the last good one stays in force.
/// </summary>
public sealed partial class ModelPrices
{
    // How stale a price may be: looking at a file costs microseconds, yet need not be done for each of a burst of calls.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly string? path;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private PriceTable table = PriceTable.Default;
    private (DateTime Written, long Length)? read;
    private long lookedAt;
    private bool looked;

    /// <param name="path">The operator's file; null: there is none. It may come into being later.</param>
    public ModelPrices(string? path, TimeProvider time, ILogger<ModelPrices>? logger = null)
    {
        this.path = path;
        this.time = time;
        this.logger = logger ?? NullLogger<ModelPrices>.Instance;
    }

    /// <summary>The table that holds now.</summary>
    public PriceTable Current
    {
        get
        {
            lock (gate)
            {
                Refresh();
                return table;
            }
        }
    }

    /// <summary>Why the file's present content is not in force, in one line; null when it is.</summary>
    public string? Problem
    {
        get
        {
            lock (gate)
            {
                Refresh();
                return field;
            }
        }
        private set;
    }

    private void Refresh()
    {
        if (path is null || looked && time.GetElapsedTime(lookedAt) < LookAgain)
            return;

        looked = true;
        lookedAt = time.GetTimestamp();
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                if (read is not null)
                    Complain($"{path}: it is gone.");
                return;
            }

            var found = (file.LastWriteTimeUtc, file.Length);
            if (found == read)
                return;

            read = found;
            table = PriceTable.Parse(File.ReadAllText(path), path, PriceTable.Default);
            Problem = null;
            LogRead(logger, path, table.Prices.Count);
        }
        catch (Exception exception) when (exception is PriceTableException or IOException or UnauthorizedAccessException)
        {
            Complain(exception is PriceTableException ? exception.Message : $"{path}: {exception.Message}");
        }
    }

    private void Complain(string problem)
    {
        if (Problem != problem)
            LogKept(logger, problem);
        Problem = problem;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Prices of {Path} are in force: {Rows} rows")]
    private static partial void LogRead(ILogger logger, string path, int rows);

    [LoggerMessage(Level = LogLevel.Error, Message = "The prices stay as they were. {Problem}")]
    private static partial void LogKept(ILogger logger, string problem);
}
