using Holdfast.AI.Tenants;

namespace Holdfast.EmailSupport.Mail;

/// <summary>Who we are on the mail: the address that replies come from, and its name.</summary>
/// <param name="Tenant">Whose mail it is. It goes into workflow ids and Message-IDs, so no mail reaches another tenant's case.</param>
internal sealed record MailIdentity(MailAddress Address, string Tenant = TenantNames.Default)
{
    /// <summary>The right-hand side of the Message-IDs that we make.</summary>
    public string Domain => MailAddress.DomainOf(Address.Address);

    /// <summary>What the ids of this tenant's workflows begin with.</summary>
    public string WorkflowPrefix => Tenant == TenantNames.Default ? "mail/" : $"mail/{Tenant}/";
}
