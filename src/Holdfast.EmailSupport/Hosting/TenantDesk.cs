using Holdfast.AI.Vault;
using Holdfast.EmailSupport.Activities;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Imap;
using Holdfast.EmailSupport.Mail.Outbox;
using Holdfast.EmailSupport.Triage;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>One tenant's support desk: its mail in and out, and how its mail is handled.</summary>
internal sealed class TenantDesk : IDisposable
{
    /// <param name="vault">Where passwords are that the settings do not hold; null where there is none.</param>
    public TenantDesk(TenantConfiguration configuration, MailFolders folders, string inboxUrl, CredentialVault? vault, TimeProvider time)
    {
        Configuration = configuration;
        Identity = configuration.Identity;
        Policy = configuration.Policy;
        Folders = folders;
        Outbox = new(folders.Outbox);
        Reminders = new(configuration.RemindMailTo, inboxUrl);
        Imap = configuration.Imap is { } imap ? imap with { Password = imap.Password.In(vault) } : null;
        Health = Imap is not null ? new(Imap, time) : null;
        Transport = configuration.Smtp is { } smtp
            ? new SmtpTransport(smtp with { Password = smtp.Password?.In(vault) }, Outbox, Imap is not null ? new MailboxProof(Imap) : null, time)
            : new FolderTransport(Outbox);
    }

    public TenantConfiguration Configuration { get; }

    public MailIdentity Identity { get; }

    public HandlingPolicy Policy { get; }

    public MailFolders Folders { get; }

    /// <summary>The tenant's own Markdown files, beside its mail.</summary>
    public string KnowledgeFolder => Path.Combine(Path.GetDirectoryName(Folders.Root)!, DataFolder.KnowledgeName);

    /// <summary>The index of the knowledge. It can be deleted.</summary>
    public string KnowledgeDatabase => KnowledgeFolder + ".db";

    public OutboxFolder Outbox { get; }

    public IMailTransport Transport { get; }

    public ReminderSettings Reminders { get; }

    /// <summary>Null: mail comes from the inbox folder alone.</summary>
    public ImapSettings? Imap { get; }

    /// <summary>Null without a mailbox.</summary>
    public MailboxHealth? Health { get; }

    public void Dispose() => Health?.Dispose();
}
