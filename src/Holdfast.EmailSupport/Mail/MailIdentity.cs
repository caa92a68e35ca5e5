namespace Holdfast.EmailSupport.Mail;

/// <summary>Who we are on the mail: the address that replies come from, and its name.</summary>
internal sealed record MailIdentity(MailAddress Address)
{
    /// <summary>The right-hand side of the Message-IDs that we make.</summary>
    public string Domain => MailAddress.DomainOf(Address.Address);
}
