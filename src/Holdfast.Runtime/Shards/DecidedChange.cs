using Holdfast.Engine;

namespace Holdfast.Runtime.Shards;

/// <summary>What a decision changes, without its answer.</summary>
internal readonly record struct DecidedChange(RunChange? Run, RunChange? NewRun, bool MayLag, bool Deletes = false);
