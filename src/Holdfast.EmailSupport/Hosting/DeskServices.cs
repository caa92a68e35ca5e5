using System.Diagnostics;
using Holdfast.AI.Vault;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>
/// Takes in each tenant's mail for as long as the application runs. When settings change, the intake of the tenants that they concern stops, and begins
/// again by the new ones; the other tenants notice nothing.
/// </summary>
internal sealed class DeskServices(IServiceProvider services, TenantDesks desks, DataFolder data, DashboardAddress dashboard, CredentialVault vault, TimeProvider time) : EarlyStoppingService
{
    private readonly SemaphoreSlim gate = new(1);
    private readonly Dictionary<TenantDesk, List<BackgroundService>> running = [];
    private readonly TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool stopped;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            foreach (var desk in desks.All)
                await BeginAsync(desk, cancellationToken);
        }
        finally
        {
            gate.Release();
        }

        await base.StartAsync(cancellationToken);
    }

    /// <summary>Lets these tenants be all there are.</summary>
    /// <param name="tenants">Those whose settings are as they were go on undisturbed.</param>
    /// <param name="anew">One that begins anew in any case, because a password of its changed.</param>
    /// <exception cref="StartException">The mail folders of a tenant cannot be made. Nothing has changed then.</exception>
    public async Task ApplyAsync(IReadOnlyList<TenantConfiguration> tenants, string anew, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (stopped)
                return;

            var kept = desks.All.Where(desk => desk.Identity.Tenant != anew && tenants.Any(tenant => IsSame(desk, tenant))).ToList();
            var next = tenants.Select(tenant => kept.FirstOrDefault(desk => IsSame(desk, tenant))
                ?? new TenantDesk(tenant, data.MailOf(tenant.Identity.Tenant), dashboard.Approvals, vault, time)).ToList();
            // The old ones end first: two readers of one mailbox would disturb each other. From here on it is carried through, whoever goes away meanwhile.
            foreach (var desk in desks.All.Except(next).ToList())
                await EndAsync(desk);
            var old = desks.All;
            desks.Become(next);
            foreach (var desk in next.Except(old))
                await BeginAsync(desk, CancellationToken.None);
        }
        finally
        {
            gate.Release();
        }

        static bool IsSame(TenantDesk desk, TenantConfiguration tenant) =>
            desk.Identity.Tenant == tenant.Identity.Tenant && desk.Configuration.Digest == tenant.Digest;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            stopped = true;
            await Task.WhenAll(running.Values.SelectMany(all => all).Select(service => service.StopAsync(cancellationToken)));
        }
        finally
        {
            gate.Release();
        }

        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        foreach (var service in running.Values.SelectMany(all => all))
            service.Dispose();
        gate.Dispose();
        base.Dispose();
    }

    // What a service of its own would do: one that fails stops the program.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => failed.Task.WaitAsync(stoppingToken);

    private async Task BeginAsync(TenantDesk desk, CancellationToken cancellationToken)
    {
        List<BackgroundService> all = [ActivatorUtilities.CreateInstance<IntakeService>(services, desk)];
        if (desk.Imap is not null)
            all.Add(ActivatorUtilities.CreateInstance<MailboxService>(services, desk));
        running.Add(desk, all);
        foreach (var service in all)
        {
            await service.StartAsync(cancellationToken);
            _ = WatchAsync(service.ExecuteTask ?? throw new UnreachableException());
        }
    }

    private async Task EndAsync(TenantDesk desk)
    {
        if (!running.Remove(desk, out var all))
            return;

        await Task.WhenAll(all.Select(service => service.StopAsync(CancellationToken.None)));
        foreach (var service in all)
            service.Dispose();
        desk.Dispose();
    }

    private async Task WatchAsync(Task service)
    {
        try
        {
            await service;
        }
        catch (OperationCanceledException)
        {
            // It was asked to stop.
        }
        catch (Exception exception)
        {
            failed.TrySetException(exception);
        }
    }
}
