using System.Security.Cryptography;
using System.Text;

namespace Holdfast.AI.Tracing.Spans;

/// <summary>
/// The ids of a run's trace and spans. They are made from what the run is and from nothing else, so whoever tells of a span again, on any
/// worker and after any crash, tells of the same one.
/// </summary>
/// <remarks>
/// A trace is one run, and not a chain of runs (continue-as-new, retries, cron): an activity knows its run and not the chain's first, and
/// a chain may never end. The session, which is the workflow's id, holds a chain together.
/// </remarks>
internal static class TraceIds
{
    /// <summary>32 hexadecimal digits: the same that Langfuse's SDKs make of a seed.</summary>
    public static string Trace(string seed) => Hex(seed, 16);

    /// <summary>16 hexadecimal digits.</summary>
    public static string Span(string seed) => Hex(seed, 8);

    public static string TraceOf(string @namespace, string workflowId, string runId) => Trace(Seed(@namespace, workflowId, runId));

    public static string RootOf(string @namespace, string workflowId, string runId) => Span($"{Seed(@namespace, workflowId, runId)}|root");

    /// <summary>Each attempt is a span of its own: each may have done something, and cost something.</summary>
    public static string ActivityOf(string @namespace, string workflowId, string runId, string activityId, int attempt) =>
        Span(ActivitySeed(@namespace, workflowId, runId, activityId, attempt));

    /// <param name="request">The id of the request to the provider, which is the same however often it is told.</param>
    public static string GenerationOf(string traceId, string request) => Span($"{traceId}|llm|{request}");

    public static string ApprovalOf(string @namespace, string workflowId, string runId, string approvalId) =>
        Span($"{Seed(@namespace, workflowId, runId)}|approval|{approvalId}");

    private static string Seed(string @namespace, string workflowId, string runId) => $"{@namespace}|{workflowId}|{runId}";

    // Activity ids are free text: one that holds the separator must not pass for a longer seed.
    private static string ActivitySeed(string @namespace, string workflowId, string runId, string activityId, int attempt) =>
        $"{Seed(@namespace, workflowId, runId)}|act|{activityId.Replace("|", "%7C", StringComparison.Ordinal)}|{attempt}";

    private static string Hex(string seed, int bytes) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(seed)).AsSpan(0, bytes));
}
