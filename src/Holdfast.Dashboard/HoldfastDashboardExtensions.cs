using Holdfast.Dashboard.Approvals;
using Holdfast.Dashboard.Components;
using Holdfast.Dashboard.Hosting;
using Holdfast.Dashboard.Service;
using Holdfast.Dashboard.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Holdfast.Dashboard;

/// <summary>Puts the built-in dashboard into any ASP.NET Core host.</summary>
public static class HoldfastDashboardExtensions
{
    // A draft under review travels from the browser as one message. SignalR's default of 32 KB would cut the
    // connection in the middle of editing a long one.
    private const long LargestBrowserMessageBytes = 1024 * 1024;

    /// <summary>Registers what the dashboard needs. It connects to nothing until a browser does.</summary>
    public static IServiceCollection AddHoldfastDashboard(
        this IServiceCollection services, Action<HoldfastDashboardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);

        var options = services.AddOptions<HoldfastDashboardOptions>();
        if (configure is not null)
            options.Configure(configure);

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<DashboardAssets>();
        services.TryAddSingleton<WorkflowServiceClient>();
        services.TryAddSingleton<ApprovalClient>();
        services.TryAddScoped<Viewer>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, LocalPortPolicy>());
        services.AddCascadingValue(provider => provider.GetRequiredService<Viewer>());
        services.AddAntiforgery();
        services.AddRazorComponents()
            .AddInteractiveServerComponents()
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = LargestBrowserMessageBytes);
        return services;
    }

    /// <summary>Maps the dashboard's pages at the root of the host.</summary>
    /// <param name="app">The host. Its own authentication and authorization, if any, apply as to any endpoint.</param>
    /// <param name="port">
    /// The local port on which to answer; on the host's other ports the pages do not exist. Without it, on all.
    /// </param>
    /// <returns>A builder for conventions on all of the dashboard's endpoints, such as <c>RequireAuthorization</c>.</returns>
    public static IEndpointConventionBuilder MapHoldfastDashboard(this WebApplication app, int? port = null)
    {
        ArgumentNullException.ThrowIfNull(app);

        app.UseMiddleware<DashboardGuard>();
        app.UseAntiforgery();

        var pages = app.MapRazorComponents<App>().AddInteractiveServerRenderMode(
            // The guard sends one complete policy; two headers would be combined by the browser.
            mode => mode.ContentSecurityFrameAncestorsPolicy = null)
            .AddAdditionalAssemblies(Routes.Added(app.Services.GetRequiredService<IOptions<HoldfastDashboardOptions>>().Value));
        var assets = app.MapGet(
            DashboardAssets.Path + "/{name}",
            (string name, HttpContext context, DashboardAssets served) => served.SendAsync(name, context));

        var approvals = ApprovalApi.Map(app);
        var root = app.MapGet("/", () => Results.LocalRedirect(Links.Workflows()));

        var all = new CompositeConventionBuilder(pages, assets, approvals, root);
        all.WithMetadata(DashboardEndpoint.Instance);
        if (port is { } only)
            all.WithMetadata(new LocalPortMetadata(only));
        return all;
    }
}
