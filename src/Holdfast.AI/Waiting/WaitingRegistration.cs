using Holdfast.AI.Search;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Holdfast.AI.Waiting;

/// <summary>What a namespace needs before model calls can wait for keys and budgets.</summary>
public static class WaitingRegistration
{
    /// <summary>Registers the search attribute <see cref="WaitingNames.SearchAttribute"/> in the client's namespace. Registering it again changes nothing.</summary>
    /// <remarks>Where it is missing, a run that has to wait fails its workflow tasks until it is registered, and then goes on.</remarks>
    /// <exception cref="RpcException">The server refused. Some hosted servers let only an administrator do this, by other means.</exception>
    public static Task EnsureAsync(ITemporalClient client, CancellationToken cancellationToken = default) =>
        SearchAttributes.EnsureAsync(client, WaitingNames.SearchAttribute, IndexedValueType.Keyword, cancellationToken);
}
