using Google.Protobuf.Collections;
using Holdfast.Engine;
using Temporalio.Api.Query.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Runtime.Queries;

/// <summary>The queries that wait for a workflow task, by run.</summary>
/// <remarks>A lock, since the callers are polls and answers on any thread; on the hot path there is mostly nothing here, and that is seen without it.</remarks>
internal sealed class BufferedQueries
{
    private readonly Lock gate = new();
    private readonly Dictionary<RunKey, List<BufferedQuery>> byRun = [];
    private volatile int count;

    /// <summary>False when the run has as many as it may have.</summary>
    public bool TryAdd(in RunKey run, BufferedQuery query, int limit)
    {
        lock (gate)
        {
            if (!byRun.TryGetValue(run, out var queries))
                byRun.Add(run, queries = []);
            if (queries.Count >= limit)
                return false;
            queries.Add(query);
            count++;
            return true;
        }
    }

    public void Remove(in RunKey run, BufferedQuery query)
    {
        lock (gate)
        {
            if (!byRun.TryGetValue(run, out var queries) || !queries.Remove(query))
                return;
            count--;
            if (queries.Count == 0)
                byRun.Remove(run);
        }
    }

    /// <summary>Puts all that wait into a workflow task; those sent with an earlier one that brought no answer too.</summary>
    public void Attach(in RunKey run, PollWorkflowTaskQueueResponse head)
    {
        if (count == 0)
            return;
        lock (gate)
        {
            foreach (var query in byRun.GetValueOrDefault(run) ?? [])
                head.Queries[query.Id] = query.Query;
        }
    }

    /// <summary>Finds the queries that a worker has answers for; null for none.</summary>
    public List<(BufferedQuery Query, WorkflowQueryResult Result)>? TakeInHand(in RunKey run, MapField<string, WorkflowQueryResult> results)
    {
        if (count == 0 || results.Count == 0)
            return null;

        lock (gate)
        {
            if (!byRun.TryGetValue(run, out var queries))
                return null;
            List<(BufferedQuery, WorkflowQueryResult)> found = [];
            foreach (var query in queries)
            {
                if (!results.TryGetValue(query.Id, out var result))
                    continue;
                query.IsAnswerInHand = true;
                found.Add((query, result));
            }

            return found;
        }
    }
}
