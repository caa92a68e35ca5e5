using Temporalio.Api.Enums.V1;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Holdfast.AI.Search;

/// <summary>Puts search attributes into a namespace.</summary>
public static class SearchAttributes
{
    /// <summary>Registers an attribute in the client's namespace. Registering it again changes nothing.</summary>
    /// <exception cref="RpcException">The server refused. Some hosted servers let only an administrator do this, by other means.</exception>
    public static async Task EnsureAsync(ITemporalClient client, string name, IndexedValueType type, CancellationToken cancellationToken)
    {
        var request = new AddSearchAttributesRequest
        {
            Namespace = client.Options.Namespace,
            SearchAttributes = { [name] = type },
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
