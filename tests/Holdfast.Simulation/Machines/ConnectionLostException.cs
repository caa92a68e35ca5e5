namespace Holdfast.Simulation.Machines;

/// <summary>A call without an answer: whether the server did what was asked is unknown.</summary>
internal sealed class ConnectionLostException() : Exception("The connection was lost.");
