namespace Holdfast.AI.Tests.Tracing;

/// <summary>Tests that see what others do, and so run while no other does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "Alone";
}
