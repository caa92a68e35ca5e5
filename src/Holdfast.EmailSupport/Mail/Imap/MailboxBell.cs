using MailKit;
using MailKit.Net.Imap;

namespace Holdfast.EmailSupport.Mail.Imap;

/// <summary>Waits until a folder may hold something new: the server says so where it can, and time passes everywhere.</summary>
internal sealed class MailboxBell : IDisposable
{
    private readonly IMailFolder inbox;
    private volatile bool rung;
    private CancellationTokenSource? waiting;

    public MailboxBell(IMailFolder inbox)
    {
        this.inbox = inbox;
        inbox.CountChanged += Ring;
    }

    /// <summary>Call it before looking: what is announced from then on ends the next wait at once.</summary>
    public void Reset() => rung = false;

    public async Task WaitAsync(ImapClient client, TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!client.Capabilities.HasFlag(ImapCapabilities.Idle))
        {
            await Task.Delay(longest, time, cancellationToken);
            return;
        }

        using var done = new CancellationTokenSource(longest, time);
        waiting = done;
        try
        {
            // What was announced during the look arrives in the answers of the look's own commands.
            if (!rung)
                await client.IdleAsync(done.Token, cancellationToken);
        }
        finally
        {
            waiting = null;
        }
    }

    public void Dispose() => inbox.CountChanged -= Ring;

    private void Ring(object? sender, EventArgs e)
    {
        rung = true;
        waiting?.Cancel();
    }
}
