using System.Net.Sockets;
using Holdfast.EmailSupport.Mail.Imap;
using Holdfast.EmailSupport.Mail.Reading;
using MailKit;
using MailKit.Net.Imap;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>
/// Watches a tenant's mailbox for as long as the application runs: takes what is new, waits until the server announces more (IDLE) or
/// a minute has passed, and connects again, more slowly each time, when the connection breaks. Meanwhile mail waits on the mail server.
/// </summary>
internal sealed partial class MailboxService(
    ServerLink link,
    SupportSettings.ServerSection server,
    TenantDesk desk,
    TimeProvider time,
    ILogger<ImapIntake> intakeLogger,
    ILogger<MailboxService> logger) : BackgroundService
{
    private readonly ImapSettings settings = desk.Imap!;
    private readonly MailboxHealth health = desk.Health!;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(5);

    // Many servers lock an account after some wrong passwords.
    private static readonly TimeSpan ParkedDelay = TimeSpan.FromMinutes(15);

    // A mailbox that stays away is told again this often.
    private static readonly TimeSpan TellEvery = TimeSpan.FromHours(1);

    // Servers end an IDLE after 30 minutes, some after 10.
    private static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(9);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var starter = new WorkflowStarter(await link.ClientAsync(stoppingToken), server.TaskQueue, desk.Identity, desk.Policy);
        var reader = new MailReader(desk.Identity, desk.Folders.Attachments);
        var intake = new ImapIntake(settings, desk.Folders, reader, starter.StartAsync, desk.Outbox, health, time, intakeLogger);
        var delay = FirstDelay;
        DateTimeOffset? told = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await WatchAsync(intake, Recovered, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                var parked = exception is MailboxException { Parked: true };
                health.Down(Reason(exception), parked);
                if (told is null || time.GetUtcNow() - told > TellEvery)
                {
                    LogDown(logger, settings.Name, health.State.Since, Reason(exception));
                    told = time.GetUtcNow();
                }

                await Task.Delay(parked ? ParkedDelay : delay, time, stoppingToken);
                delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
            }
        }

        void Recovered()
        {
            if (told is not null)
                LogUp(logger, settings.Name);
            told = null;
            delay = FirstDelay;
            health.Connected();
        }
    }

    private async Task WatchAsync(ImapIntake intake, Action recovered, CancellationToken cancellationToken)
    {
        using var client = await ImapSession.OpenAsync(settings, cancellationToken);
        var inbox = await client.GetFolderAsync(settings.Folder, cancellationToken);
        await inbox.OpenAsync(FolderAccess.ReadWrite, cancellationToken);
        using var bell = new MailboxBell(inbox);
        while (true)
        {
            bell.Reset();
            await intake.LookAsync(client, inbox, cancellationToken);
            recovered();
            await bell.WaitAsync(client, settings.PollEvery < LongestIdle ? settings.PollEvery : LongestIdle, time, cancellationToken);
        }
    }

    private static string Reason(Exception exception) => exception switch
    {
        MailboxException => exception.Message,
        FolderNotFoundException missing => $"The mailbox has no folder {missing.FolderName}: mend Imap:Folder.",
        ImapProtocolException or IOException or SocketException or ServiceNotConnectedException => $"The connection to the mail server broke: {exception.Message}",
        _ => exception.Message,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "The mailbox {Mailbox} cannot be read since {Since:u}: {Reason} Nothing is lost: mail waits on the mail server, and the mailbox is tried again")]
    private static partial void LogDown(ILogger logger, string mailbox, DateTimeOffset since, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The mailbox {Mailbox} is read again")]
    private static partial void LogUp(ILogger logger, string mailbox);
}
