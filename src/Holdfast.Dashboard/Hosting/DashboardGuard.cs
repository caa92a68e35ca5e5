using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Holdfast.Dashboard.Hosting;

/// <summary>
/// Stands before the dashboard's endpoints and before the host's endpoints that a <see cref="DashboardAction"/> names.
/// </summary>
/// <remarks>
/// The dashboard shows text that strangers wrote, so every page forbids scripts and requests of any foreign origin,
/// and inline ones too: a hole in the encoding would still run nothing. It acts for whoever can reach it, so requests
/// that another site made the browser send are refused; the browser says so in Origin or Sec-Fetch-Site, which a page
/// cannot forge.
/// </remarks>
internal sealed class DashboardGuard(RequestDelegate next, IOptions<HoldfastDashboardOptions> options)
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private readonly HoldfastDashboardOptions _options = options.Value;

    public Task InvokeAsync(HttpContext context)
    {
        var isPage = context.GetEndpoint()?.Metadata.GetMetadata<DashboardEndpoint>() is not null;
        if (!isPage && !IsAction(context.Request))
            return next(context);

        if (!IsKnownHost(context.Request.Host.Host))
        {
            return RefuseAsync(context, StatusCodes.Status421MisdirectedRequest,
                $"The dashboard does not answer under the name '{context.Request.Host.Host}'. Open it as localhost or by IP address, "
                + "or add the name to AllowedHosts of the dashboard's options.");
        }

        if (MayAct(context) && IsCrossSite(context.Request))
            return RefuseAsync(context, StatusCodes.Status403Forbidden, "The dashboard takes no requests from other sites.");

        if (isPage)
            AddHeaders(context.Response.Headers);
        return next(context);
    }

    private static void AddHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    private bool IsAction(HttpRequest request) =>
        _options.Actions.Any(action => request.Path.Equals(action.Url, StringComparison.OrdinalIgnoreCase));

    private bool IsKnownHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host.Trim('[', ']'), out _)
        || _options.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);

    // A WebSocket opens with a GET, and what is said over it acts.
    private static bool MayAct(HttpContext context) =>
        !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        || context.WebSockets.IsWebSocketRequest
        || context.Request.Path.StartsWithSegments("/_blazor", StringComparison.Ordinal);

    private static bool IsCrossSite(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site)
            return site is not ("same-origin" or "none");

        // Only the host is compared: behind a proxy that ends TLS the schemes differ.
        return request.Headers[HeaderNames.Origin].ToString() is { Length: > 0 } origin
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var from)
                && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    private static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason, context.RequestAborted);
    }
}
