using Holdfast.Engine.Workflows;

namespace Holdfast.Runtime;

/// <summary>A run at one instant: its state and its history so far.</summary>
public sealed record RunSnapshot(MutableState State, HistorySlice History);
