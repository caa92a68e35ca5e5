using Holdfast.AI.Search;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Holdfast.EmailSupport.Workflows;

/// <summary>The search attributes of cases.</summary>
internal static class SupportAttributes
{
    /// <summary>Keyword: the address that got a reply. Set only where the policy counts replies.</summary>
    public const string RepliedTo = "SupportRepliedTo";

    /// <summary>Registers them. Registering again changes nothing.</summary>
    /// <exception cref="RpcException">The server refused.</exception>
    public static Task EnsureAsync(ITemporalClient client, CancellationToken cancellationToken) =>
        SearchAttributes.EnsureAsync(client, RepliedTo, IndexedValueType.Keyword, cancellationToken);
}
