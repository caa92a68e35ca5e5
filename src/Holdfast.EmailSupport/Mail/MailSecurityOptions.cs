using MailKit.Security;

namespace Holdfast.EmailSupport.Mail;

/// <summary>What <see cref="MailSecurity"/> is to the mail library.</summary>
internal static class MailSecurityOptions
{
#pragma warning disable CS8524 // Every named value is listed: a new one breaks the build here (CS8509).
    public static SecureSocketOptions Of(MailSecurity security) => security switch
    {
        MailSecurity.StartTls => SecureSocketOptions.StartTls,
        MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
        MailSecurity.None => SecureSocketOptions.None,
    };
#pragma warning restore CS8524
}
