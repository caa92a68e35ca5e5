namespace Holdfast.Engine.Workflows.Lifecycle;

/// <summary>A caller may insist on the chain of runs that it started, whatever took the workflow id since.</summary>
internal static class Chains
{
    public static bool Matches(MutableState run, string firstExecutionRunId) =>
        firstExecutionRunId.Length == 0 || run.FirstExecutionRunId == firstExecutionRunId;
}
