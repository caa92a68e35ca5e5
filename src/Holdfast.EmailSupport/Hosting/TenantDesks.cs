using Holdfast.AI.Tenants;
using Temporalio.Exceptions;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>The desks of all tenants that are configured. They change while the program runs, see <see cref="DeskServices"/>.</summary>
internal sealed class TenantDesks(RunTenants tenants, IReadOnlyList<TenantDesk> first) : IDisposable
{
    private volatile IReadOnlyList<TenantDesk> all = first;

    public IReadOnlyList<TenantDesk> All => all;

    /// <summary>From now on these are all. Steps that are under way end at the desk at which they began.</summary>
    public void Become(IReadOnlyList<TenantDesk> desks) => all = desks;

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
