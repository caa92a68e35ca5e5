namespace Holdfast.EmailSupport.Hosting;

/// <summary>The settings that each tenant has of its own.</summary>
internal class TenantSettings
{
    public SupportSettings.SupportSection Support { get; set; } = new();

    public SupportSettings.ApprovalSection Approval { get; set; } = new();

    /// <summary>Absent: mail comes from the inbox folder alone.</summary>
    public SupportSettings.ImapSection? Imap { get; set; }

    /// <summary>Absent: replies are written into the outbox folder and nothing leaves the machine.</summary>
    public SupportSettings.SmtpSection? Smtp { get; set; }
}
