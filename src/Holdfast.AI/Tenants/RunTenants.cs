using System.Collections.Concurrent;
using System.Text.Json;
using Holdfast.AI.Database;
using Holdfast.AI.Models;
using Temporalio.Activities;
using Temporalio.Api.Common.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Holdfast.AI.Tenants;

/// <summary>
/// Whose run an activity works for. The answer comes from the first event of the run's history, which nothing can change, and never from what
/// workflow code passes: so a workflow cannot spend another tenant's money or use its keys.
/// </summary>
/// <param name="database">What tenants share. Without one there are no tenants: every run is of <see cref="TenantNames.Default"/>.</param>
public sealed class RunTenants(AIDatabase? database = null)
{
    // A run's tenant never changes, so entries are never wrong. Forgetting all at once costs a few look-ups and needs no bookkeeping.
    private const int MaxKnown = 10_000;

    private readonly ConcurrentDictionary<string, string> known = new(StringComparer.Ordinal);

    /// <summary>The tenant of the run whose activity is running here; <see cref="TenantNames.Default"/> outside activities of workflows.</summary>
    /// <exception cref="ModelException">The server did not say. Nothing may be assumed then, so the call is tried again.</exception>
    public ValueTask<string> CurrentAsync(CancellationToken cancellationToken) =>
        ActivityExecutionContext.HasCurrent ? OfAsync(ActivityExecutionContext.Current, cancellationToken) : new(TenantNames.Default);

    /// <inheritdoc cref="CurrentAsync"/>
    public async ValueTask<string> OfAsync(ActivityExecutionContext activity, CancellationToken cancellationToken)
    {
        if (database is null || activity.Info is not { WorkflowId: { } workflow, WorkflowRunId: { } run })
            return TenantNames.Default;
        if (known.TryGetValue(run, out var tenant))
            return tenant;

        tenant = await AskAsync(activity.TemporalClient, activity.Info.Namespace, workflow, run, cancellationToken);
        if (known.Count >= MaxKnown)
            known.Clear();
        known[run] = tenant;
        return tenant;
    }

    private static async Task<string> AskAsync(ITemporalClient client, string @namespace, string workflow, string run, CancellationToken cancellationToken)
    {
        try
        {
            var response = await client.WorkflowService.GetWorkflowExecutionHistoryAsync(
                new GetWorkflowExecutionHistoryRequest
                {
                    Namespace = @namespace,
                    Execution = new() { WorkflowId = workflow, RunId = run },
                    MaximumPageSize = 1,
                },
                new RpcOptions { CancellationToken = cancellationToken });
            return response.History?.Events is [{ WorkflowExecutionStartedEventAttributes: { } started }, ..]
                ? Read(started.SearchAttributes)
                : throw new ModelException(ModelFailureKind.Unavailable, retryable: true, "The run's history does not tell its tenant.");
        }
        catch (RpcException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ModelException(ModelFailureKind.Unavailable, retryable: true, $"The server did not tell the tenant of this run ({exception.Code}).", exception);
        }
    }

    private static string Read(SearchAttributes? attributes)
    {
        if (attributes is null || !attributes.IndexedFields.TryGetValue(TenantNames.SearchAttribute, out var payload))
            return TenantNames.Default;

        try
        {
            return JsonSerializer.Deserialize<string>(payload.Data.Span) is { Length: > 0 } name ? name : TenantNames.Default;
        }
        catch (JsonException exception)
        {
            // Another form than a text names nobody, and taking it for the default tenant would hand out that one's keys.
            throw new ModelException(ModelFailureKind.NotConfigured, retryable: false, $"The search attribute {TenantNames.SearchAttribute} of this run is no text.", exception);
        }
    }
}
