using Holdfast.AI.Approvals;
using Holdfast.AI.Chat;
using Holdfast.AI.Tracing;
using Holdfast.EmailSupport.Activities;
using Holdfast.EmailSupport.Workflows;
using Temporalio.Worker;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>Runs the workflows and their activities.</summary>
internal sealed partial class SupportWorker(
    ServerLink link,
    Configuration configuration,
    IServiceProvider services,
    SendReply send,
    RemindApprover remind,
    LookUpKnowledge lookUp,
    CountReplies count,
    ILoggerFactory logs,
    TimeProvider time,
    ILogger<SupportWorker> logger) : EarlyStoppingService
{
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(2);

    public static TemporalWorkerOptions Options(
        string taskQueue, IServiceProvider services, SendReply send, RemindApprover remind, LookUpKnowledge lookUp, CountReplies count, ILoggerFactory logs) =>
        new TemporalWorkerOptions(taskQueue)
        {
            GracefulShutdownTimeout = TimeSpan.FromSeconds(5),
            LoggerFactory = logs,
        }
        .AddWorkflow<EmailSupportWorkflow>()
        .AddApprovals()
        .AddDurableChat(services)
        .AddAllActivities(send)
        .AddAllActivities(remind)
        .AddAllActivities(lookUp)
        .AddAllActivities(count);

    private TemporalWorkerOptions Options()
    {
        var options = Options(configuration.Server.TaskQueue, services, send, remind, lookUp, count, logs);
        options.MaxConcurrentActivities = configuration.Model.Concurrency;
        if (configuration.Langfuse is not null)
            options.AddLangfuse(services);
        return options;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var client = await link.ClientAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                using var worker = new TemporalWorker(client, Options());
                await worker.ExecuteAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // A server that is being restarted or set up anew may refuse the worker for a moment.
                LogRestart(logger, exception);
                await Task.Delay(RestartDelay, time, stoppingToken);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The worker stopped and is started again")]
    private static partial void LogRestart(ILogger logger, Exception exception);
}
