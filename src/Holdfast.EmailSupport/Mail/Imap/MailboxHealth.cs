using System.Diagnostics.Metrics;

namespace Holdfast.EmailSupport.Mail.Imap;

/// <summary>How the mailbox does, for people and for what watches: the page <c>/email-support/mailbox</c> and metrics.</summary>
internal sealed class MailboxHealth : IDisposable
{
    private readonly Meter meter = new("Holdfast.EmailSupport");
    private readonly Counter<long> mails;
    private readonly TimeProvider time;
    private volatile MailboxState state;

    public MailboxHealth(ImapSettings settings, TimeProvider time)
    {
        this.time = time;
        state = new(settings.Name, MailboxStep.Connecting, time.GetUtcNow(), "", LookedAt: null);
        mails = meter.CreateCounter<long>("holdfast.email.mails", "{mail}", "Mails that the mailbox held, by what became of them: taken, known, rejected, own");
        meter.CreateObservableGauge("holdfast.email.mailbox.up", () => state.Step is MailboxStep.Connected ? 1 : 0, description: "1 while the mailbox can be read");
    }

    public MailboxState State => state;

    public void Connected() => Become(MailboxStep.Connected, "");

    public void Down(string reason, bool parked) => Become(parked ? MailboxStep.Parked : MailboxStep.Down, reason);

    public void Looked() => state = state with { LookedAt = time.GetUtcNow() };

    public void Count(string outcome) => mails.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Dispose() => meter.Dispose();

    private void Become(MailboxStep step, string reason) =>
        state = state with { Step = step, Reason = reason, Since = step == state.Step ? state.Since : time.GetUtcNow() };
}
