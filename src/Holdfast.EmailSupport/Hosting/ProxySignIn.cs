using System.Security.Claims;
using Holdfast.AI.Approvals.Links;

namespace Holdfast.EmailSupport.Hosting;

/// <summary>
/// Takes who is signed in from a proxy that stands before the dashboard. The port is this machine's alone, so what arrives there comes from the proxy or from somebody
/// who may log in to this machine.
/// </summary>
/// <param name="header">The header that the proxy sets.</param>
/// <param name="port">The dashboard's. What comes in elsewhere, such as workers' calls, is not concerned.</param>
internal sealed class ProxySignIn(RequestDelegate next, string header, int port)
{
    private const int LongestName = 100;

    public Task InvokeAsync(HttpContext context)
    {
        // A link in a mail is its receiver's sign-in.
        if (context.Connection.LocalPort != port || context.Request.Path.StartsWithSegments(ApprovalLinks.Path, StringComparison.OrdinalIgnoreCase))
            return next(context);

        // Two of them: one is the browser's own, and nobody can tell which.
        if (context.Request.Headers[header] is not [{ } given] || given.Trim() is not { Length: > 0 and <= LongestName } name)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return context.Response.WriteAsync($"Sign in through the proxy: the header {header} is missing.", context.RequestAborted);
        }

        context.User = new(new ClaimsIdentity([new(ClaimTypes.Name, name)], "proxy"));
        return next(context);
    }
}
