namespace Holdfast.EmailSupport.Mail;

/// <summary>One mailbox: its address and the name it goes by, which anyone may have made up. The name may be empty.</summary>
public sealed record MailAddress(string Address, string Name)
{
    /// <summary>The part after the last <c>@</c>, in lower case; empty when there is none.</summary>
    public static string DomainOf(string address) => address[(address.LastIndexOf('@') + 1)..].ToLowerInvariant();

    public override string ToString() => Name.Length == 0 ? Address : $"{Name} <{Address}>";
}
