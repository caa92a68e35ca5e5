namespace Holdfast.EmailSupport.Mail.Outbox;

/// <summary>How the connection to the mail server is protected.</summary>
internal enum SmtpSecurity
{
    /// <summary>Begins plain and must switch to TLS before anything is said (usually port 587).</summary>
    StartTls,

    /// <summary>TLS from the first byte (usually port 465).</summary>
    Tls,

    /// <summary>No protection: only for a server on the same machine.</summary>
    None,
}
