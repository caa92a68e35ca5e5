namespace Holdfast.AI.Tracing.Outbox;

/// <summary>What is exported. The numbers are stored.</summary>
internal enum ItemKind
{
    Span = 0,
    Score = 1,
}
