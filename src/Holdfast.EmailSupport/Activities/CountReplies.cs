using Holdfast.AI.Tenants;
using Holdfast.EmailSupport.Hosting;
using Holdfast.EmailSupport.Triage;
using Holdfast.EmailSupport.Workflows;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Holdfast.EmailSupport.Activities;

/// <summary>
/// Counts the replies of the tenant that went out, by the search attribute that each case gets with its reply. The server's list is a moment
/// behind, and forgets cases after their retention: both lead to a lower count and so to a person.
/// </summary>
internal sealed class CountReplies(TenantDesks desks)
{
    [Activity("CountReplies")]
    public async Task<RepliesSoFar> RunAsync(string address)
    {
        // Either would end the text within the list filter. Some addresses may have one.
        if (address.AsSpan().ContainsAny('\'', '\\'))
            throw new ApplicationFailureException("The replies to this address cannot be counted.", errorType: "UnusualAddress", nonRetryable: true);

        var activity = ActivityExecutionContext.Current;
        var tenant = (await desks.CurrentAsync(activity.CancellationToken)).Identity.Tenant;
        var ofTenant = tenant == TenantNames.Default ? $"{TenantNames.SearchAttribute} IS NULL" : $"{TenantNames.SearchAttribute} = '{tenant}'";
        return new(
            await CountAsync($"{SupportAttributes.RepliedTo} = '{address}' AND {ofTenant}"),
            await CountAsync($"{SupportAttributes.RepliedTo} IS NOT NULL AND {ofTenant}"));

        async Task<long> CountAsync(string filter) =>
            (await activity.TemporalClient.CountWorkflowsAsync(filter, new() { Rpc = new RpcOptions { CancellationToken = activity.CancellationToken } })).Count;
    }
}
