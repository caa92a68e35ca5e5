namespace Holdfast.EmailSupport.Mail.Outbox;

/// <summary>How to hand mail to a mail server.</summary>
internal sealed record SmtpSettings
{
    public required string Host { get; init; }

    public required int Port { get; init; }

    public required MailSecurity Security { get; init; }

    /// <summary>Null: the server is used without logging in.</summary>
    public string? User { get; init; }

    public MailPassword? Password { get; init; }

    public required WhenUnsure WhenUnsure { get; init; }

    /// <summary>Whether each mail goes to our own address as well, so that its copy proves that it was taken.</summary>
    public bool ProofCopy { get; init; }

    /// <summary>How long to wait for that proof before <see cref="WhenUnsure"/> decides.</summary>
    public TimeSpan ProofWait { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Who else gets each mail, without being named on it.</summary>
    public IReadOnlyList<MailAddress> CopyTo { get; init; } = [];

    /// <summary>The longest one answer of the server may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Leaves the password out.</summary>
    public override string ToString() => $"{Host}:{Port} ({Security})";
}
