using Microsoft.AspNetCore.Builder;

namespace Holdfast.Server.Hosting;

/// <summary>Applies each convention to all of the endpoints that one call mapped.</summary>
internal sealed class CompositeEndpointConventions(params IEndpointConventionBuilder[] parts) : IEndpointConventionBuilder
{
    public void Add(Action<EndpointBuilder> convention)
    {
        foreach (var part in parts)
            part.Add(convention);
    }

    public void Finally(Action<EndpointBuilder> finallyConvention)
    {
        foreach (var part in parts)
            part.Finally(finallyConvention);
    }
}
