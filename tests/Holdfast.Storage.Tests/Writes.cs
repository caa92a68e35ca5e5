using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Google.Protobuf;
using Holdfast.Engine;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Holdfast.Storage.Tests;

/// <summary>Writes and rows as tests need them.</summary>
internal static class Writes
{
    public const string Namespace = "9f5c7a0e-0000-4000-8000-000000000001";

    private static readonly ConditionalWeakTable<IStore, ConcurrentDictionary<int, long>> OwnRanges = [];

    public static readonly DateTime Noon = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    public static RunKey Run(string workflowId, string runId = "run-1") => new(Namespace, workflowId, runId);

    public static RunWrite First(RunKey run, string records = "first", VisibilityRow? visibility = null) => new()
    {
        Run = run,
        IsNew = true,
        Sequence = 1,
        Records = Bytes(records),
        FirstEventId = 1,
        LastEventId = 2,
        Status = (int)WorkflowExecutionStatus.Running,
        WakeAt = null,
        Owes = false,
        BecomesCurrent = true,
        Visibility = visibility,
    };

    public static RunWrite Next(RunKey run, long sequence, string records = "next") => First(run, records) with
    {
        IsNew = false,
        Sequence = sequence,
        BecomesCurrent = false,
    };

    public static VisibilityRow Row(DateTime start, DateTime? close = null) => new()
    {
        WorkflowType = "Order",
        TaskQueue = "orders",
        Status = close is null ? WorkflowExecutionStatus.Running : WorkflowExecutionStatus.Completed,
        StartTime = start,
        ExecutionTime = start,
        CloseTime = close,
        SearchAttributes = new SearchAttributes(),
        Memo = new Memo(),
    };

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static Task Commit(this IStore store, params RunWrite[] writes) => store.CommitIn(0, writes);

    public static async Task CommitIn(this IStore store, int shard, params RunWrite[] writes) =>
        await store.CommitAsync([await store.Batch(shard, writes)], default);

    /// <summary>A batch of the tests' own shard owner, which takes each shard once for each store.</summary>
    public static async Task<CommitBatch> Batch(this IStore store, int shard, params RunWrite[] writes)
    {
        var ranges = OwnRanges.GetOrCreateValue(store);
        if (!ranges.TryGetValue(shard, out var rangeId))
            ranges[shard] = rangeId = await store.AcquireShardAsync(shard, "the tests", renew: false, default);
        return new CommitBatch(shard, rangeId, writes);
    }

    public static async Task<IEnumerable<string>?> Rows(this IStore store, RunKey run) =>
        (await store.LoadRunAsync(run, default))?.Rows.Select(Encoding.UTF8.GetString);

    public static SlotChange Slot(string name, string? value) => new(name, value is null ? null : ByteString.CopyFromUtf8(value));
}
