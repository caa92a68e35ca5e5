namespace Holdfast.AI.Tracing.Outbox;

/// <summary>What is sent in one request: settled, so that a repetition is the same to the byte.</summary>
internal sealed record ExportBatch(long Id, ItemKind Kind, IReadOnlyList<(long Seq, string ItemId)> Items, byte[] Body);
