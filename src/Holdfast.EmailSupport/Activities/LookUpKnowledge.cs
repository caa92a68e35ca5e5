using Holdfast.EmailSupport.Hosting;
using Holdfast.EmailSupport.Knowledge;
using Temporalio.Activities;

namespace Holdfast.EmailSupport.Activities;

/// <summary>Searches the knowledge of the tenant for what a mail is about.</summary>
internal sealed class LookUpKnowledge(TenantDesks desks, ILogger<KnowledgeIndex> logger) : IDisposable
{
    // As many as a writer can be expected to read, and a history to hold.
    private const int MaxPassages = 5;

    private readonly Lock gate = new();
    private readonly Dictionary<string, KnowledgeIndex> indexes = new(StringComparer.Ordinal);

    [Activity("LookUpKnowledge")]
    public async Task<KnowledgeFound> RunAsync(KnowledgeQuestion question)
    {
        var desk = await desks.CurrentAsync(ActivityExecutionContext.Current.CancellationToken);
        return new(IndexOf(desk).Find(question, MaxPassages));
    }

    public void Dispose()
    {
        foreach (var index in indexes.Values)
            index.Dispose();
    }

    private KnowledgeIndex IndexOf(TenantDesk desk)
    {
        lock (gate)
        {
            if (!indexes.TryGetValue(desk.Identity.Tenant, out var index))
                indexes.Add(desk.Identity.Tenant, index = new(desk.KnowledgeFolder, desk.KnowledgeDatabase, logger));
            return index;
        }
    }
}
