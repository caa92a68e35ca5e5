using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Holdfast.AI.Approvals.Links;

/// <summary>Puts links to approvals into a host.</summary>
public static class ApprovalLinkEndpoints
{
    /// <summary>Registers <see cref="ApprovalLinks"/>. The host sets data protection up, with keys that it keeps.</summary>
    public static IServiceCollection AddApprovalLinks(this IServiceCollection services, Action<ApprovalLinkOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);

        services.Configure(configure);
        services.AddDataProtection();
        services.AddAntiforgery();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ApprovalLinks>();
        services.TryAddSingleton<ApprovalLinkPages>();
        return services;
    }

    /// <summary>
    /// Maps the pages under <see cref="ApprovalLinks.Path"/>. Nothing else of the host need be reachable from outside: let the proxy pass this path
    /// alone.
    /// </summary>
    public static IEndpointConventionBuilder MapApprovalLinks(this IEndpointRouteBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);

        var group = app.MapGroup(ApprovalLinks.Path);
        group.MapMethods("/{token}", [HttpMethods.Get, HttpMethods.Head], (string token, HttpContext context, ApprovalLinkPages pages) => pages.ShowAsync(token, context));
        group.MapPost("/{token}", (string token, HttpContext context, ApprovalLinkPages pages) => pages.DecideAsync(token, context));
        return group;
    }
}
