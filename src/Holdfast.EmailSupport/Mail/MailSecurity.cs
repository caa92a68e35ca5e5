namespace Holdfast.EmailSupport.Mail;

/// <summary>How the connection to a mail server is protected. The server's certificate must be one that this machine trusts.</summary>
internal enum MailSecurity
{
    /// <summary>Begins plain and must switch to TLS before anything is said (usually port 587 for SMTP, 143 for IMAP).</summary>
    StartTls,

    /// <summary>TLS from the first byte (usually port 465 for SMTP, 993 for IMAP).</summary>
    Tls,

    /// <summary>No protection: only for a server on the same machine.</summary>
    None,
}
