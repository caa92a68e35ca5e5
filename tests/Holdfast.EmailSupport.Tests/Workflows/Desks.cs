using Holdfast.AI.Tenants;
using Holdfast.EmailSupport.Hosting;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Tests.Mail;

namespace Holdfast.EmailSupport.Tests.Workflows;

/// <summary>Desks whose mail goes into folders.</summary>
internal static class Desks
{
    /// <summary>The default tenant's alone.</summary>
    /// <param name="folder">Of its mail.</param>
    public static TenantDesks In(string folder, MailAddress? approver = null) => new(new RunTenants(), [Of(Raw.Identity, folder, approver)]);

    /// <param name="folder">Of its mail.</param>
    public static TenantDesk Of(MailIdentity identity, string folder, MailAddress? approver = null)
    {
        var folders = new MailFolders(folder);
        folders.Create();
        var configuration = new TenantConfiguration { Identity = identity, Policy = new(), RemindMailTo = approver, Imap = null, Smtp = null };
        return new(configuration, folders, "http://localhost:8233/approvals", vault: null, TimeProvider.System);
    }
}
