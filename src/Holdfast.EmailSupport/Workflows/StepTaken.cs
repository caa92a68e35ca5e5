namespace Holdfast.EmailSupport.Workflows;

/// <summary>A step of a case.</summary>
/// <param name="At">When it began.</param>
/// <param name="Reason">Why, in one sentence; empty when there is nothing to explain.</param>
public sealed record StepTaken(DateTimeOffset At, EmailStep Step, string Reason);
