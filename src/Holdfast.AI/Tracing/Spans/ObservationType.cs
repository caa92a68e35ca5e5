namespace Holdfast.AI.Tracing.Spans;

/// <summary>Langfuse's kinds of spans, as far as they are used. Sent in lower case: Langfuse takes no other.</summary>
internal enum ObservationType
{
    Span,
    Generation,
    Tool,
    Chain,
}
