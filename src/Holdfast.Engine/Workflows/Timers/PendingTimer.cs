namespace Holdfast.Engine.Workflows.Timers;

/// <summary>A timer that was started and has neither fired nor been cancelled.</summary>
public sealed record PendingTimer(string TimerId, long StartedEventId, DateTime DueTime);
