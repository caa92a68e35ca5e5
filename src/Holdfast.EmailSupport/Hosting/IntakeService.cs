using Holdfast.EmailSupport.Mail.Intake;
using Holdfast.EmailSupport.Mail.Reading;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>Looks into a tenant's inbox folder twice a second, for as long as the application runs.</summary>
internal sealed partial class IntakeService(
    ServerLink link, SupportSettings.ServerSection server, TenantDesk desk, TimeProvider time, ILogger<MailIntake> intakeLogger, ILogger<IntakeService> logger)
    : BackgroundService
{
    // Polling: watchers of the operating system miss events on network folders and after overflow, and one look costs next to nothing.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var starter = new WorkflowStarter(await link.ClientAsync(stoppingToken), server.TaskQueue, desk.Identity, desk.Policy);
        var intake = new MailIntake(desk.Folders, new MailReader(desk.Identity, desk.Folders.Attachments), starter.StartAsync, time, intakeLogger);
        var inTrouble = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await intake.LookAsync(stoppingToken);
                if (inTrouble)
                    LogRecovered(logger);
                inTrouble = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (!inTrouble)
                    LogTrouble(logger, exception.Message);
                inTrouble = true;
                await Task.Delay(RetryDelay, time, stoppingToken);
            }

            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mail waits in the inbox, because the server cannot take it now: {Reason}")]
    private static partial void LogTrouble(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Mail is taken again")]
    private static partial void LogRecovered(ILogger logger);
}
