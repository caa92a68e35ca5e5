using System.Net;
using Holdfast.Dashboard;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.Commands;

/// <summary>The dashboard's own host. Nothing else names the dashboard, so that a headless server does not load it.</summary>
internal static class DashboardHost
{
    public static WebApplication Create(LogOptions log, IPEndPoint endpoint, Uri target)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(endpoint, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddRouting();

        // Keys live as long as the process: there is nothing to log in to, and no key file is left behind in somebody's home folder.
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddHoldfastDashboard(options => options.Target = target.ToString());
        log.Apply(builder.Logging);
        var app = builder.Build();
        app.MapHoldfastDashboard();
        return app;
    }
}
