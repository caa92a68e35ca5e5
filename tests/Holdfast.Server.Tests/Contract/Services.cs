using Google.Protobuf.Reflection;

namespace Holdfast.Server.Tests.Contract;

/// <summary>The services of the contract, as the protocol's package describes them.</summary>
internal static class Services
{
    public static IReadOnlyList<ServiceDescriptor> All { get; } =
    [
        Temporalio.Api.WorkflowService.V1.ServiceReflection.Descriptor.Services.Single(),
        Temporalio.Api.OperatorService.V1.ServiceReflection.Descriptor.Services.Single(),
    ];

    public static IReadOnlyList<MethodDescriptor> Methods { get; } = [.. All.SelectMany(service => service.Methods)];
}
