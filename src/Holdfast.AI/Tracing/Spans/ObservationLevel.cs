namespace Holdfast.AI.Tracing.Spans;

/// <summary>Langfuse's levels, sent in upper case.</summary>
internal enum ObservationLevel
{
    Default,
    Warning,
    Error,
}
