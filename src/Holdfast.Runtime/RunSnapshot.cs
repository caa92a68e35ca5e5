using Holdfast.Engine.Workflows;

namespace Holdfast.Runtime;

/// <summary>
/// A run at one instant: its state, and its history as far as it is in memory. That reaches to the newest event but may begin late: earlier events are in
/// the store (<see cref="IShards.ReadHistoryAsync"/>).
/// </summary>
public sealed record RunSnapshot(MutableState State, HistorySlice History);
