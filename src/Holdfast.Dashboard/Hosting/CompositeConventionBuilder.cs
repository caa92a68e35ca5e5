using Microsoft.AspNetCore.Builder;

namespace Holdfast.Dashboard.Hosting;

/// <summary>Applies each convention to several groups of endpoints, so that a caller configures them as one.</summary>
internal sealed class CompositeConventionBuilder(params IEndpointConventionBuilder[] parts) : IEndpointConventionBuilder
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
