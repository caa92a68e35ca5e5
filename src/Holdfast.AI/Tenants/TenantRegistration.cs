using Holdfast.AI.Search;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Holdfast.AI.Tenants;

/// <summary>What a namespace needs before workflows can be started for tenants.</summary>
public static class TenantRegistration
{
    /// <summary>Registers the search attribute <see cref="TenantNames.SearchAttribute"/> in the client's namespace. Registering it again changes nothing.</summary>
    /// <exception cref="RpcException">The server refused. Some hosted servers let only an administrator do this, by other means.</exception>
    public static Task EnsureAsync(ITemporalClient client, CancellationToken cancellationToken = default) =>
        SearchAttributes.EnsureAsync(client, TenantNames.SearchAttribute, IndexedValueType.Keyword, cancellationToken);
}
