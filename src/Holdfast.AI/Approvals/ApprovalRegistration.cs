using Temporalio.Api.Enums.V1;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Holdfast.AI.Approvals;

/// <summary>What a namespace needs before a workflow can ask for approval.</summary>
public static class ApprovalRegistration
{
    /// <summary>
    /// Registers the search attribute <see cref="ApprovalNames.SearchAttribute"/> in the client's namespace. Registering it again
    /// changes nothing.
    /// </summary>
    /// <exception cref="RpcException">The server refused. Some hosted servers let only an administrator do this, by other means.</exception>
    public static async Task EnsureAsync(ITemporalClient client, CancellationToken cancellationToken = default)
    {
        var request = new AddSearchAttributesRequest
        {
            Namespace = client.Options.Namespace,
            SearchAttributes = { [ApprovalNames.SearchAttribute] = IndexedValueType.Keyword },
        };
        try
        {
            await client.Connection.OperatorService.AddSearchAttributesAsync(request, new RpcOptions { CancellationToken = cancellationToken });
        }
        catch (RpcException exception) when (exception.Code is RpcException.StatusCode.AlreadyExists)
        {
            // Registered before: that is the aim.
        }
    }
}
