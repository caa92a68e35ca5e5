namespace Holdfast.EmailSupport.Mail.Imap;

/// <summary>The mailbox that mail is taken from.</summary>
internal sealed record ImapSettings
{
    public required string Host { get; init; }

    public required int Port { get; init; }

    public required MailSecurity Security { get; init; }

    public required string User { get; init; }

    public required MailPassword Password { get; init; }

    /// <summary>The folder that is watched.</summary>
    public string Folder { get; init; } = "INBOX";

    /// <summary>Where mail is moved to once it is taken. Null: it stays where it is.</summary>
    public string? ProcessedFolder { get; init; }

    /// <summary>Where mail is moved to that cannot be taken. Made if it is not there.</summary>
    public string RejectedFolder { get; init; } = "Rejected";

    /// <summary>Where our own sent mail is. Null: the folder that the server calls so.</summary>
    public string? SentFolder { get; init; }

    /// <summary>How often to look although the server announced nothing.</summary>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How old mail may be that is already there when this mailbox is first looked into. Older mail is left alone.</summary>
    public TimeSpan FirstLook { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The longest one answer of the server may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The mailbox as people name it.</summary>
    public string Name => $"{User} at {Host}:{Port}/{Folder}";

    /// <summary>Leaves the password out.</summary>
    public override string ToString() => $"{Name} ({Security})";
}
