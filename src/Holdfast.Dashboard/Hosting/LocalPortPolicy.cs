using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Holdfast.Dashboard.Hosting;

/// <summary>
/// Hides endpoints on all but their port. It asks the connection, unlike <c>RequireHost("*:8233")</c>, which asks the
/// Host header: behind a forwarded port (<c>docker -p 9000:8233</c>) that names a port the server never listens on.
/// </summary>
internal sealed class LocalPortPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => 0;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<LocalPortMetadata>() is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates[i].Endpoint?.Metadata.GetMetadata<LocalPortMetadata>() is { } only
                && only.Port != httpContext.Connection.LocalPort)
                candidates.SetValidity(i, false);
        }

        return Task.CompletedTask;
    }
}
