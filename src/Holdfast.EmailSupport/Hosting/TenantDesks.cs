using Holdfast.AI.Tenants;
using Temporalio.Exceptions;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>The desks of all tenants that are configured.</summary>
internal sealed class TenantDesks(RunTenants tenants, IReadOnlyList<TenantDesk> all) : IDisposable
{
    public IReadOnlyList<TenantDesk> All => all;

    /// <summary>The desk of the run whose activity is running here.</summary>
    /// <exception cref="ApplicationFailureException">The tenant is not configured here any more. The step is tried again, so adding the tenant again mends it.</exception>
    public async ValueTask<TenantDesk> CurrentAsync(CancellationToken cancellationToken)
    {
        var tenant = await tenants.CurrentAsync(cancellationToken);
        return all.FirstOrDefault(desk => desk.Identity.Tenant == tenant)
            ?? throw new ApplicationFailureException($"The tenant \"{tenant}\" is not configured: add it to {Configuration.FileName} under Tenants.", errorType: "TenantUnknown");
    }

    public void Dispose()
    {
        foreach (var desk in all)
            desk.Dispose();
    }
}
