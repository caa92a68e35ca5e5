namespace Holdfast.Engine.Workflows;

public sealed record MutableState
{
}
