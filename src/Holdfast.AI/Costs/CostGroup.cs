namespace Holdfast.AI.Costs;

/// <summary>What costs are added up by.</summary>
public enum CostGroup
{
    Tenant,

    /// <summary>Provider and model: <c>anthropic/claude-sonnet-5-5</c>.</summary>
    Model,

    WorkflowType,

    /// <summary>The month in which the request was begun, in UTC: <c>2026-11</c>.</summary>
    Month,

    /// <summary>The day in which the request was begun, in UTC: <c>2026-11-23</c>.</summary>
    Day,

    /// <summary>The workflow run, by its run id.</summary>
    Run,
}
